#include "atrium/broker/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace atrium::log {

namespace {

spdlog::logger& logger() {
  static const auto instance = [] {
    auto result = spdlog::stderr_color_mt("atrium");
    result->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%-5l%$ %v",
                        spdlog::pattern_time_type::utc);
    return result;
  }();
  return *instance;
}

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

} // namespace

void set_threshold(level threshold) {
  logger().set_level(to_spdlog(threshold));
}

bool enabled(level value) {
  return logger().should_log(to_spdlog(value));
}

void write(level value, std::string_view line) {
  logger().log(to_spdlog(value), line);
}

} // namespace atrium::log
