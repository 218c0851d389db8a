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

  /// Whether nobody is waited for any longer.
  virtual bool is_over() const;

  /// Drops the connections of all clients from `first` on. From here until
  /// `calm` an end is no trouble: the client comes back.
  void drop(std::size_t first);

  /// Times count from here.
  void start_clock() {
    began_ = steady::now();
  }

  /// Opens all clients from `first` on at once, and whoever is gone again after
  /// a pause, until the storm is over.
  void come_back(std::size_t first);

  /// Ends the storm: whoever is lost now does not come back.
  void calm() {
    raging_ = false;
  }

  bool is_raging() const {
    return raging_;
  }

  /// Time since `start_clock`.
  std::chrono::nanoseconds elapsed() const {
    return steady::now() - began_;
  }

  /// Adds how those who came back fared.
  void add_return(report& out) const;

private:
  std::vector<client*> refused_; ///< To be tried again.
  std::uint64_t refusals_ = 0;
  histogram times_; ///< Until a client is back, in ns.
  steady::time_point began_;
  bool raging_ = false;
};

} // namespace atrium::bench
