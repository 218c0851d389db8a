#pragma once

#include "atrium/net/cli/bench/crowd.hpp"
#include "atrium/net/cli/bench/histogram.hpp"

#include <vector>

namespace atrium::bench {

/// The scenario `storm`: all connections are lost at once, without a close,
/// and all clients come back at once and join their rooms again.
class storm : public crowd {
public:
  explicit storm(const bench_options& from);

  /// Adds the figures. Returns what went wrong before, or nothing.
  std::string run(report& out);

  void joined(client& who, std::string_view text) override;
  void gone(client& who, const ending& how) override;

protected:
  std::string progress() override;

private:
  void drop_all();
  void come_back(steady::time_point deadline);

  std::vector<client*> refused_; ///< To be tried again.
  std::uint64_t refusals_ = 0;
  histogram times_; ///< From the drop until a client is back, in ns.
  steady::time_point dropped_;
  bool raging_ = false;
};

} // namespace atrium::bench
