#include "atrium/net/admission/memory_gauge.hpp"

#include "atrium/net/admission/control_groups.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <malloc.h>
#include <unistd.h>

namespace atrium {

namespace {

std::uint64_t page_size() {
  return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

std::uint64_t resident_bytes() {
  // In pages (proc(5)). Where the file cannot be opened, for example because
  // there is no descriptor left, the answer is 0, and the watermark refuses no
  // client.
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> size >> resident;
  return resident * page_size();
}

std::uint64_t available_bytes() {
  auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
  return std::min(control_groups{}.memory(), pages * page_size());
}

std::string read_watermark(std::string_view text, std::uint64_t available,
                           std::uint64_t& out) {
  auto percent = text.ends_with('%');
  auto digits = text.substr(0, text.size() - (percent ? 1 : 0));
  std::uint64_t value = 0;
  auto end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stop != end || (percent && value > 100))
    return "'" + std::string{text} + "' is neither a percentage nor bytes";
  // Divides first: the product might not fit.
  out = percent ? available / 100 * value : value;
  return {};
}

void give_memory_back() {
  ::malloc_trim(0);
}

bool memory_gauge::is_over(clock::time_point now) {
  if (watermark_ == 0)
    return false;
  std::lock_guard guard{mutex_};
  if (now >= next_look_)
    look(now);
  return over_;
}

// Holds the mutex.
void memory_gauge::look(clock::time_point now) {
  next_look_ = now + std::chrono::milliseconds{100};
  auto occupied = heap_.occupied();
  auto watermark = watermark_.load();
  auto reopens_at = watermark - watermark / 10;
  over_ = over_ ? occupied > reopens_at : occupied > watermark;
}

void memory_gauge::tidy(clock::time_point now) {
  if (!is_due(now, heap_.occupied()))
    return;
  auto begin = clock::now();
  // Without the mutex: this takes milliseconds, in which lanes ask `is_over`.
  heap_.give_back();
  took_ = clock::now() - begin;
  tidied_ = now;
  left_ = heap_.occupied();
  std::lock_guard guard{mutex_};
  // At once, or clients would be refused for memory that is free already.
  look(now);
}

bool memory_gauge::is_due(clock::time_point now, std::uint64_t occupied) const {
  using namespace std::chrono_literals;
  auto watermark = watermark_.load();
  auto is_near = watermark != 0 && occupied > watermark / 4 * 3;
  auto has_grown = occupied > left_ + left_ / 2;
  // This takes at most a fiftieth of the time, however large the heap is.
  auto pause = std::max<clock::duration>(is_near ? 2s : 30s, took_ * 50);
  return (is_near || has_grown) && now - tidied_ >= pause;
}

} // namespace atrium
