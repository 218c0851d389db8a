#include "atrium/broker/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <mutex>

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

/// Passes lines on to a function.
class function_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit function_sink(std::function<void(std::string_view)> to)
    : to_(std::move(to)) {
    // nop
  }

protected:
  void sink_it_(const spdlog::details::log_msg& x) override {
    spdlog::memory_buf_t line;
    formatter_->format(x, line);
    to_({line.data(), line.size()});
  }

  void flush_() override {
    // nop
  }

private:
  std::function<void(std::string_view)> to_;
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

spdlog::logger& logger() {
  static const auto instance = [] {
    auto result = spdlog::stderr_color_mt("atrium");
    result->set_formatter(make_formatter());
    return result;
  }();
  return *instance;
}

std::atomic<level> current_threshold = level::info;

void put(const record& x) {
  logger().log(to_spdlog(x.severity), current_format == format::json
                                        ? to_json_members(x)
                                        : to_text(x));
}

} // namespace

void set_format(format x) {
  current_format = x;
  logger().set_formatter(make_formatter());
}

void set_threshold(level threshold) {
  current_threshold = threshold;
  logger().set_level(to_spdlog(threshold));
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

bool enabled(level value) {
  return value != level::off && value >= current_threshold.load();
}

void write(const record& x) {
  if (enabled(x.severity))
    put(x);
}

void redirect(std::function<void(std::string_view)> to) {
  static const auto usual = logger().sinks();
  if (to)
    logger().sinks() = {std::make_shared<function_sink>(std::move(to))};
  else
    logger().sinks() = usual;
  logger().set_formatter(make_formatter());
}

} // namespace atrium::log
