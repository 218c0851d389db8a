#pragma once

#include "atrium/net/cli/bench/crowd.hpp"
#include "atrium/net/cli/bench/histogram.hpp"

#include <vector>

namespace atrium::bench {

/// The scenario `churn`: workers that connect, join, leave and close as fast
/// as the server lets them.
class churn : public crowd {
public:
  explicit churn(const bench_options& from);

  /// Adds the figures. Returns what went wrong before the first cycle was
  /// complete, or nothing.
  std::string run(report& out);

  void joined(client& who, std::string_view text) override;
  void left(client& who) override;
  void gone(client& who, const ending& how) override;

protected:
  std::string progress() override;

private:
  void cycle_until(steady::time_point until);
  void stop();

  std::vector<client*> free_; ///< To be opened.
  std::vector<steady::time_point> started_;
  histogram times_; ///< Of whole cycles, in ns.
  bool measuring_ = false;
  std::uint64_t cycles_ = 0;
  std::uint64_t shown_cycles_ = 0;
};

} // namespace atrium::bench
