#pragma once

#include "atrium/net/http/html_page.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/transport/transport.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

class lane_thread;

using http_request
  = boost::beast::http::request<boost::beast::http::string_body>;

/// What a route has to say to a request.
struct http_answer {
  unsigned status = 200;
  std::string_view content_type;
  std::string body;
  std::string_view allow = {}; ///< The methods that may be used, with 405.
  bool last = false;           ///< The connection ends with it.
  std::string_view policy = strictest_policy; ///< Content-Security-Policy.
};

inline constexpr std::string_view json_type = "application/json";

/// Makes the answer to a request that is refused.
http_answer http_problem(unsigned status, std::string_view code,
                         std::string_view message);

/// Makes the answer that is a page, with what `policy_of` says of it.
http_answer page_answer(std::string_view page, std::string_view policy);

/// Something that can be asked for by HTTP.
struct http_route {
  /// Answers GET and HEAD at once, on the thread of a lane; must not block.
  using prompt = http_answer (*)(const node_context&, const http_request&);

  /// Takes an answer: once, on any thread.
  using responder = std::function<void(http_answer)>;

  /// Answers GET, HEAD and POST when it can, within 15 seconds.
  using patient = void (*)(const node_context&, const http_request&, responder);

  /// Answers GET by text/event-stream, where that is accepted: takes the
  /// connection over, or returns false if there is no place for it.
  using stream = bool (*)(const node_context_ptr&, lane_thread&,
                          const http_request&, transport&);

  /// Here WebSockets begin.
  struct websocket {};

  std::string_view path; ///< With a slash at the end all below it, too.
  std::variant<websocket, prompt, patient, stream> how;

  /// Returns the methods that may be used, as the field Allow lists them.
  std::string_view methods() const;
};

/// What can be asked for where somebody listens.
struct http_routes {
  std::span<const http_route> table; ///< The first that fits counts.
  std::size_t largest_body = 0;      ///< Bytes.

  /// Connections stay for as many requests as come; those of clients have to
  /// become WebSockets within the handshake timeout.
  bool for_operators = false;

  /// Returns the answer to what may not be asked here, whatever the route.
  std::optional<http_answer> (*refuse)(const node_context&, const http_request&)
    = nullptr;

  /// Returns who answers this request; null if nobody does.
  const http_route* find(const http_request& x) const;
};

/// What clients may ask for.
http_routes public_routes();

/// What operators may ask for, on the internal listener.
http_routes internal_routes();

} // namespace atrium
