#pragma once

#include "atrium/net/http/http_types.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace atrium {

class http_session;
struct node_context;

/// Something that can be asked for by HTTP.
struct http_route {
  /// Answers GET and HEAD at once, on the thread of a lane; must not block.
  using prompt = http_answer (*)(const node_context&, const http_request&);

  /// Takes an answer: once, on any thread.
  using responder = std::function<void(http_answer)>;

  /// Answers GET, HEAD and POST when it can, within 15 seconds.
  using patient = void (*)(const node_context&, const http_request&, responder);

  /// Gets a session with a request (GET or HEAD) on its lane's thread. Has the
  /// session answer once, at once or later, or takes the connection over.
  using takeover = void (*)(std::shared_ptr<http_session>);

  std::string_view path; ///< With a slash at the end all below it, too.
  std::variant<prompt, patient, takeover> how;

  /// Where it is set, the route is only for GET that accepts this media type.
  std::string_view media_type = {};

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

  /// Returns the answer to a request for which no route has to be asked:
  /// something that is not there, or that this method cannot be used for.
  std::optional<http_answer> refusal_of(const node_context& node,
                                        const http_request& x) const;
};

} // namespace atrium
