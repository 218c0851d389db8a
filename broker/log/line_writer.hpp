#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace atrium::log {

/// Writes lines to a file descriptor without ever keeping the caller waiting. A
/// line is written at once while the descriptor takes it; when it does not (a
/// pipe that nobody reads), and at a terminal, lines wait for a thread of the
/// writer's own, `bound` bytes of them, and newer ones are dropped and
/// counted. Lines keep their order. Any thread.
class line_writer {
public:
  static constexpr std::size_t bound = 1'048'576;

  /// What a line takes beside its text.
  static constexpr std::size_t overhead = 64;

  explicit line_writer(int descriptor);

  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  /// Writes the line, or lets it wait, or drops it. Never blocks.
  void write(std::string_view line);

  /// Waits until nothing waits any more; false if that takes longer.
  bool flush(std::chrono::milliseconds patience);

  /// How many lines have been dropped so far.
  std::uint64_t dropped() const;

  /// How many bytes wait, with what they take beside the texts.
  std::size_t waiting_bytes() const;

private:
  bool takes_bytes() const;
  std::size_t write_some(std::string_view text, bool& broken) const;
  void push(std::string line);
  void start();
  void run();

  const int descriptor_;
  const bool is_terminal_;
  mutable std::mutex mutex_; // of what follows
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  bool busy_ = false;    // somebody is writing
  bool started_ = false; // the thread, which never ends
};

} // namespace atrium::log
