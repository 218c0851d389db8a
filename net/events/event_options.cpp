#include "atrium/net/events/event_options.hpp"

#include <charconv>

namespace atrium {

namespace {

constexpr std::string_view stream = "redis-stream";
constexpr std::size_t most_events = 1'000'000'000;

std::optional<event_target> read_length(std::string_view text) {
  event_target result;
  result.to = event_target::kind::redis_stream;
  if (text.empty())
    return result;
  text.remove_prefix(1); // the comma
  auto* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, result.stream_length);
  if (error != std::errc{} || at != end || result.stream_length == 0
      || result.stream_length > most_events)
    return std::nullopt;
  return result;
}

} // namespace

std::optional<event_target> read_event_target(const std::string& text) {
  event_target result;
  if (text.empty() || text == "off")
    return result;
  if (text == stream || text.starts_with(std::string{stream} + ','))
    return read_length(std::string_view{text}.substr(stream.size()));
  auto url = parse_http_url(text);
  if (!url) {
    url = parse_http_url(text, "https");
    result.is_secure = true;
  }
  if (!url)
    return std::nullopt;
  result.to = event_target::kind::webhook;
  result.url = std::move(*url);
  return result;
}

std::string check_events(const event_options& from, bool has_redis) {
  auto target = read_event_target(from.to).value();
  if (target.to == event_target::kind::redis_stream && !has_redis)
    return "events: redis-stream needs --redis";
  if (target.to != event_target::kind::webhook && !from.secret_file.empty())
    return "events-secret-file: only what is posted to a URL is signed";
  return {};
}

} // namespace atrium
