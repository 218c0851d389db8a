#include "atrium/broker/log/line_writer.hpp"

#include <cerrno>
#include <climits>
#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

namespace atrium::log {

line_writer::line_writer(int descriptor)
  : descriptor_(descriptor), is_terminal_(::isatty(descriptor) == 1) {
  // nop
}

void line_writer::write(std::string_view line) {
  std::unique_lock lock{mutex_};
  if (busy_ || !lines_.empty() || line.size() > PIPE_BUF || !takes_bytes()) {
    push(std::string{line});
    return;
  }
  busy_ = true;
  lock.unlock();
  auto broken = false;
  auto written = write_some(line, broken); // others see busy_ and queue up
  lock.lock();
  busy_ = false;
  if (broken)
    ++dropped_;
  else if (written < line.size()) {
    // In front of the lines that came meanwhile: no other line may split this
    // one.
    lines_.emplace_front(line.substr(written));
    bytes_ += lines_.front().size() + overhead;
  }
  if (!lines_.empty())
    push({}); // has the thread look at what has come in between
  changed_.notify_all();
}

bool line_writer::flush(std::chrono::milliseconds patience) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, patience,
                           [this] { return lines_.empty() && !busy_; });
}

std::uint64_t line_writer::dropped() const {
  std::lock_guard guard{mutex_};
  return dropped_;
}

std::size_t line_writer::waiting_bytes() const {
  std::lock_guard guard{mutex_};
  return bytes_;
}

// A pipe that is ready takes PIPE_BUF bytes without blocking (pipe(7)). A
// terminal that is ready takes a byte, and keeps the caller for the rest.
bool line_writer::takes_bytes() const {
  if (is_terminal_)
    return false;
  pollfd x{descriptor_, POLLOUT, 0};
  return ::poll(&x, 1, 0) == 1;
}

std::size_t line_writer::write_some(std::string_view text, bool& broken) const {
  for (;;) {
    auto n = ::write(descriptor_, text.data(), text.size());
    if (n >= 0)
      return static_cast<std::size_t>(n);
    if (errno == EAGAIN) // whoever shares the descriptor has made it so
      return 0;
    if (errno != EINTR) {
      broken = true;
      return 0;
    }
  }
}

// Holds the mutex. An empty line only wakes the thread.
void line_writer::push(std::string line) {
  if (bytes_ + line.size() + overhead > bound && !line.empty()) {
    ++dropped_;
    return;
  }
  if (!line.empty()) {
    bytes_ += line.size() + overhead;
    lines_.push_back(std::move(line));
  }
  start();
  changed_.notify_all();
}

// Where there is no thread to be had now, the next line asks again.
void line_writer::start() {
  if (started_)
    return;
  try {
    std::thread{[this] { run(); }}.detach();
    started_ = true;
  } catch (const std::system_error&) {
    // nop
  }
}

void line_writer::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr); // signals are for others
  pthread_setname_np(pthread_self(), "atrium-log");
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return !lines_.empty() && !busy_; });
    auto line = std::move(lines_.front());
    lines_.pop_front();
    busy_ = true;
    lock.unlock();
    auto broken = false;
    // Without the lock, since a pipe that nobody reads blocks this thread here.
    // The line still counts in `bytes_`, so the bound holds.
    for (std::string_view rest = line; !rest.empty() && !broken;) {
      pollfd ready{descriptor_, POLLOUT, 0};
      ::poll(&ready, 1, -1);
      rest.remove_prefix(write_some(rest, broken));
    }
    lock.lock();
    bytes_ -= line.size() + overhead;
    busy_ = false;
    dropped_ += broken ? 1 : 0;
    changed_.notify_all();
  }
}

} // namespace atrium::log
