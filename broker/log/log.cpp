#include "atrium/broker/log/log.hpp"

#include "atrium/broker/log/event_quota.hpp"
#include "atrium/broker/log/line_writer.hpp"

#include <spdlog/pattern_formatter.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <unistd.h>
#include <vector>

namespace atrium::log {

namespace {

spdlog::level::level_enum to_spdlog(level value) {
  switch (value) {
  case level::trace:
    return spdlog::level::trace;
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warn:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  default:
    return spdlog::level::off;
  }
}

/// Writes our words for levels; spdlog has its own.
class level_flag final : public spdlog::custom_flag_formatter {
public:
  void format(const spdlog::details::log_msg& x, const std::tm&,
              spdlog::memory_buf_t& out) override {
    std::string_view word = "error";
    for (auto value : {level::trace, level::debug, level::info, level::warn})
      if (to_spdlog(value) == x.level)
        word = to_string(value);
    out.append(word.data(), word.data() + word.size());
    for (auto size = word.size(); size < 5; ++size)
      out.push_back(' ');
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<level_flag>();
  }
};

std::atomic<format> current_format = format::text;

// The time is spdlog's, and where the colour of the level begins and ends.
std::unique_ptr<spdlog::formatter> make_formatter() {
  constexpr auto utc = spdlog::pattern_time_type::utc;
  auto result = std::make_unique<spdlog::pattern_formatter>(utc);
  result->add_flag<level_flag>('*');
  result->set_pattern(current_format == format::json
                        ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                        : "%Y-%m-%dT%H:%M:%S.%eZ %^%*%$ %v");
  return result;
}

// What all threads that log share. Never destroyed: the thread of the writer
// does not end, and others may log until the process does.
struct shared {
  std::mutex mutex;
  std::unique_ptr<spdlog::formatter> formatter = make_formatter();
  std::function<void(std::string_view)> redirected;
  line_writer to_stderr{STDERR_FILENO};
  const bool in_colour = ::isatty(STDERR_FILENO) == 1;
  event_quota quota;
  std::uint64_t losses_told = 0;
};

shared& common() {
  static auto& instance = *new shared;
  return instance;
}

std::atomic<level> current_threshold = level::info;

std::string_view colour_of(level value) {
  return value == level::error  ? "\x1b[31m\x1b[1m"
         : value == level::warn ? "\x1b[33m\x1b[1m"
         : value == level::info ? "\x1b[32m"
                                : "\x1b[36m";
}

std::string coloured(const spdlog::details::log_msg& x, level severity,
                     std::string line) {
  if (x.color_range_end <= x.color_range_start)
    return line;
  // The end first: an insertion at the start moves the end.
  line.insert(x.color_range_end, "\x1b[m");
  return line.insert(x.color_range_start, colour_of(severity));
}

void put(const record& x) {
  auto text = current_format == format::json ? to_json_members(x) : to_text(x);
  spdlog::details::log_msg whole{"atrium", to_spdlog(x.severity), text};
  spdlog::memory_buf_t line;
  auto& all = common();
  std::unique_lock lock{all.mutex};
  // Under the lock: the formatter caches the calendar time of a second.
  all.formatter->format(whole, line);
  if (all.redirected)
    return all.redirected({line.data(), line.size()});
  lock.unlock();
  std::string result{line.data(), line.size()};
  if (all.in_colour)
    result = coloured(whole, x.severity, std::move(result));
  all.to_stderr.write(result);
}

// The line says how many like it have been left out before.
void put_with_count(const record& x, std::uint64_t left_out) {
  std::vector<field> with{x.fields.begin(), x.fields.end()};
  with.emplace_back("suppressed", left_out);
  put({x.severity, x.event, x.message, with});
}

} // namespace

// The pattern contains the beginning of the JSON object, so each format needs
// its own formatter.
void set_format(format x) {
  current_format = x;
  auto& all = common();
  std::lock_guard guard{all.mutex};
  all.formatter = make_formatter();
}

void set_threshold(level threshold) {
  current_threshold = threshold;
}

level threshold() {
  return current_threshold;
}

void change_threshold(level to, std::string_view by) {
  static std::mutex one_at_a_time;
  std::lock_guard guard{one_at_a_time};
  auto from = threshold();
  if (from == to)
    return;
  auto tell = [&] {
    line(std::max(level::info, std::min(from, to)), "log_level_changed",
         {{"from", to_string(from)}, {"to", to_string(to)}, {"by", by}},
         "log changes its level");
  };
  if (to > from) // the line would be dropped afterwards
    tell();
  set_threshold(to);
  if (to < from)
    tell();
}

// Each call of the log comes here first, even if nothing is written: an atomic,
// no lock.
bool enabled(level value) {
  return value != level::off && value >= current_threshold.load();
}

void write(const record& x) {
  if (!enabled(x.severity))
    return;
  if (x.severity < level::info) // who asks for these wants them all
    return put(x);
  auto left_out = common().quota.take(x.event, event_quota::clock::now());
  if (!left_out)
    return;
  if (*left_out == 0)
    put(x);
  else
    put_with_count(x, *left_out);
}

void tell_losses() {
  auto& all = common();
  for (auto& x : all.quota.settle(event_quota::clock::now()))
    warn("log_lines_suppressed", {{"of", x.event}, {"count", x.lines}},
         "log has left out lines of an event that came too often");
  auto dropped = all.to_stderr.dropped();
  std::unique_lock lock{all.mutex};
  auto count = dropped - all.losses_told;
  // Not while lines wait: the new line might be dropped as well.
  if (count == 0 || all.to_stderr.waiting_bytes() != 0)
    return;
  all.losses_told = dropped;
  lock.unlock();
  // Unlocked, since `warn` takes the same lock.
  warn("log_lines_dropped", {{"count", count}},
       "log has dropped lines that nobody took from stderr");
}

log_losses losses() {
  auto& all = common();
  return {all.quota.suppressed(), all.to_stderr.dropped()};
}

bool flush(std::chrono::milliseconds patience) {
  return common().to_stderr.flush(patience);
}

void redirect(std::function<void(std::string_view)> to) {
  auto& all = common();
  std::lock_guard guard{all.mutex};
  all.redirected = std::move(to);
  all.formatter = make_formatter();
}

} // namespace atrium::log
