#pragma once

#include "atrium/net/http_client/http_url.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace atrium {

/// Where a node tells what happens to connections and rooms.
struct event_options {
  std::string to;          ///< As `read_event_target` reads it; empty: nowhere.
  std::string secret_file; ///< Empty: what is posted is not signed.
  std::size_t max_bytes = std::size_t{16} << 20; ///< Of what may wait.
};

/// What `event_options::to` means.
struct event_target {
  enum class kind : std::uint8_t { none, redis_stream, webhook };

  kind to = kind::none;
  std::size_t stream_length = 100'000; ///< About so many events are kept.
  http_url url = {};
  bool is_secure = false; ///< By TLS.
};

/// Reads `off`, `redis-stream[,MAXLEN]`, or a URL with `http` or `https`; an
/// empty text is `off`. Nothing for what is something else.
std::optional<event_target> read_event_target(const std::string& text);

/// Returns what is wrong with the options, given whether there is a Redis, or
/// nothing; reads no files.
std::string check_events(const event_options& from, bool has_redis);

} // namespace atrium
