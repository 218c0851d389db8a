#pragma once

#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/util/backoff.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// What is posted to the back end, one batch after the other: a batch that the
/// back end has not taken is posted again, the same bytes, until it has, and
/// nothing overtakes it. Pure state, for one thread.
class webhook_queue {
public:
  using clock = std::chrono::steady_clock;

  /// What goes into one batch: so many events, and of more than one no more
  /// bytes than that.
  static constexpr std::size_t max_batch = 100;
  static constexpr std::size_t max_batch_bytes = std::size_t{256} << 10;

  /// For so long the first event of a batch waits for others.
  static constexpr std::chrono::milliseconds linger{200};

  /// More than this waits where it comes from.
  static constexpr std::size_t enough_bytes = std::size_t{512} << 10;

  /// One request.
  struct batch {
    std::string id; ///< The same whenever it is repeated.
    std::string body;
  };

  /// What became of a batch that was not taken.
  enum class verdict : std::uint8_t { taken, refused, later };

  /// `run` makes ids of batches unlike those of other nodes and runs.
  webhook_queue(std::string node, std::string run,
                backoff::random_source random = {});

  void add(std::vector<std::string> events, clock::time_point now);

  bool has_room() const noexcept {
    return bytes_ < enough_bytes;
  }

  /// Returns the batch that is to be posted now, if there is one; its fate has
  /// to be told before the next.
  const batch* next(clock::time_point now);

  /// Returns when `next` has to be called.
  std::optional<clock::time_point> due() const;

  /// The server has answered: a 2xx takes the batch; a 429, a 5xx and what is
  /// no status (0) may pass; all else is for good. `wait` is what it asks for.
  verdict on_answer(unsigned status, std::chrono::seconds wait,
                    clock::time_point now);

  /// Nothing is added any more: what waits goes at once.
  void hurry() noexcept {
    hurries_ = true;
  }

  bool is_empty() const noexcept {
    return waiting_.empty() && !current_;
  }

  event_sink_stats stats() const;

private:
  void fill();

  const std::string node_;
  const std::string run_;
  backoff pauses_;
  std::deque<std::string> waiting_;
  std::size_t bytes_ = 0;          // of those
  clock::time_point since_{};      // the first of them came
  std::optional<batch> current_;   // not taken yet
  std::size_t events_ = 0;         // in that
  bool is_under_way_ = false;      // its fate is unknown
  clock::time_point not_before_{}; // it is posted again
  std::uint64_t number_ = 0;       // of the latest batch
  bool hurries_ = false;
  event_sink_stats counts_;
};

/// Reads the field Retry-After where it is a number of seconds (RFC 9110,
/// 10.2.3): 0 for what is no such number, five minutes for more.
std::chrono::seconds read_retry_after(const std::string& text);

} // namespace atrium
