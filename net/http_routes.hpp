#pragma once

#include "atrium/net/node_context.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <span>
#include <string>
#include <string_view>

namespace atrium {

using http_request
  = boost::beast::http::request<boost::beast::http::string_body>;

/// What a route has to say to a request.
struct http_answer {
  unsigned status = 200;
  std::string_view content_type;
  std::string body;
};

inline constexpr std::string_view json_type = "application/json";

/// Something that can be asked for by HTTP. Everything but the WebSocket is
/// there for GET and HEAD.
struct http_route {
  /// Answers at once: runs on the thread of a lane, and must not block.
  using handler = http_answer (*)(const node_context&, const http_request&);

  std::string_view path;
  handler answer = nullptr; ///< None: this is where WebSockets begin.
};

using http_routes = std::span<const http_route>;

/// What clients may ask for.
http_routes public_routes();

/// What operators may ask for, on the internal listener.
http_routes internal_routes();

} // namespace atrium
