#pragma once

#include "atrium/net/cli/bench/bench_options.hpp"
#include "atrium/net/cli/bench/crowd.hpp"
#include "atrium/net/cli/bench/histogram.hpp"
#include "atrium/net/cli/bench/http_client.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium::bench {

/// The scenario `api`: connections publish over the HTTP API, each its next
/// request when the last one is answered, to one room after the other.
class api_load {
public:
  explicit api_load(const bench_options& from);
  ~api_load();
  api_load(const api_load&) = delete;
  api_load& operator=(const api_load&) = delete;

  /// Adds the figures. Returns what went wrong before, or nothing.
  std::string run(report& out);

private:
  struct requester {
    http_client link;
    std::size_t next = 0; ///< Of the requests.
    steady::time_point sent;
    bool watches_out = false;
  };

  // What has happened until some time.
  struct tally {
    steady::time_point time;
    usage server;
    usage redis;
    usage own;
    std::uint64_t answers = 0;
  };

  std::string connect();
  void make_requests();
  tally now() const;
  void work(steady::time_point until);
  void handle(requester& who, std::uint32_t events);
  void send_next(requester& who);
  void write(requester& who);
  void take_answer(requester& who);
  bool is_success(const http_client& link) const;
  void give_up(std::string why);
  void add_figures(report& out, const tally& from, const tally& to);

  bench_options options_;
  layout layout_;
  endpoint server_;
  std::vector<std::string> requests_; ///< One for each room.
  std::vector<requester> requesters_;
  histogram times_; ///< Of requests, in ns.
  std::uint64_t answers_ = 0;
  std::uint64_t refused_ = 0; ///< Answers that were no success.
  std::string trouble_;       ///< What went wrong first.
  progress_line progress_;
  steady::time_point next_progress_;
  std::uint64_t shown_ = 0; ///< Answers, by the line of progress.
  int epoll_ = -1;
};

} // namespace atrium::bench
