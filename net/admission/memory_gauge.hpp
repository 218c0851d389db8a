#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace atrium {

/// Returns how much memory this process occupies, in bytes; 0 if unknown.
std::uint64_t resident_bytes();

/// Returns how much memory this process may occupy: the least of what its
/// control groups and the machine allow.
std::uint64_t available_bytes();

/// Gives memory that is free back to the machine. While that goes on, threads
/// that allocate wait, for milliseconds with a large heap.
void give_memory_back();

/// Reads a watermark: `90%` of `available`, or a number of bytes; 0 means none.
/// Returns what is wrong with the text, or nothing.
std::string read_watermark(std::string_view text, std::uint64_t available,
                           std::uint64_t& out);

/// Tells whether the process uses more memory than it should. Resident memory
/// does not fall by itself when people leave, for the heap keeps what is free:
/// so it is given back, and only what is then left counts. Once over the
/// watermark the gauge stays there until a tenth of it is free again. Any
/// thread.
class memory_gauge {
public:
  using clock = std::chrono::steady_clock;

  /// How a process is looked at and tidied up.
  struct heap {
    std::function<std::uint64_t()> occupied;
    std::function<void()> give_back;
  };

  /// A watermark of 0 is never reached. `of` is there for tests.
  explicit memory_gauge(std::uint64_t watermark,
                        heap of = {resident_bytes, give_memory_back})
    : watermark_(watermark), heap_(std::move(of)) {
    // nop
  }

  /// Has another watermark from now on, and looks anew when it is asked.
  void change_watermark(std::uint64_t watermark) {
    std::lock_guard guard{mutex_};
    watermark_ = watermark;
    next_look_ = {};
  }

  /// Looks ten times a second at most, and only when it is asked: a few
  /// microseconds, for the kernel makes the answer up and no disk is involved.
  bool is_over(clock::time_point now);

  /// Gives memory back where that is due: every 2 seconds over three quarters
  /// of the watermark, else every 30 seconds if what is occupied has grown by
  /// half. What has taken long is done less often. To be called once a second,
  /// from a thread without clients.
  void tidy(clock::time_point now);

private:
  bool is_due(clock::time_point now, std::uint64_t occupied) const;
  void look(clock::time_point now);

  std::atomic<std::uint64_t> watermark_;
  const heap heap_;
  std::mutex mutex_; // of what follows
  clock::time_point next_look_{};
  bool over_ = false;
  // Of the thread that tidies up.
  clock::time_point tidied_{};
  clock::duration took_{};
  std::uint64_t left_ = 0; // occupied after that
};

} // namespace atrium
