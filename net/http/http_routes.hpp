#pragma once

#include "atrium/actors/util/permit.hpp"
#include "atrium/net/http/http_types.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace atrium {

class http_session;
struct node_context;

/// What is known of a request before its body is read.
struct http_pass {
  std::optional<http_answer> no; ///< It is refused.
  permit held;                   ///< Until it is answered.
  unsigned rights = 0;           ///< What these mean is up to the route.
};

/// Decides about requests by their heads, so that nobody has the node take a
/// long body who may not.
struct http_gate {
  /// Returns how long a body may be, in bytes.
  std::size_t (*largest_body)(const node_context&);

  /// `body` is its length, or the longest that may come.
  http_pass (*check)(const node_context&, const http_request& head,
                     std::size_t body);

  /// Returns the bound of connections that have passed on the listener of
  /// operators, so that these always have places of their own.
  std::shared_ptr<semaphore> (*places)(const node_context&);
};

/// Something that can be asked for by HTTP.
struct http_route {
  /// For so long an answer may be on its way; then the connection ends.
  static constexpr std::chrono::seconds patience{15};

  /// Answers GET and HEAD at once, on the thread of a lane; must not block.
  using prompt = http_answer (*)(const node_context&, const http_request&);

  /// Takes an answer: once, on any thread.
  using responder = std::function<void(http_answer)>;

  /// Answers GET, HEAD and POST when it can, within `patience`.
  using patient = void (*)(const node_context&, const http_request&, responder);

  /// Gets a session with a request (GET or HEAD) on its lane's thread. Has the
  /// session answer once, at once or later, or takes the connection over.
  using takeover = void (*)(std::shared_ptr<http_session>);

  /// Answers POST when it can, within `patience`. Whoever passes its gate keeps
  /// the connection for as many requests as come, on every listener.
  struct guarded {
    const http_gate* gate;
    void (*ask)(http_session&, responder);
  };

  std::string_view path; ///< With a slash at the end all below it, too.
  std::variant<prompt, patient, takeover, guarded> how;

  /// Where it is set, the route is only for GET that accepts this media type.
  std::string_view media_type = {};

  /// Words what HTTP itself has to say to a request for this path.
  http_problem_writer problem = http_problem;

  /// Returns the methods that may be used, as the field Allow lists them.
  std::string_view methods() const;
};

/// What can be asked for where somebody listens.
struct http_routes {
  std::span<const http_route> table; ///< The first that fits counts.
  std::size_t largest_body = 0;      ///< Bytes, of routes without a gate.

  /// Connections stay for as many requests as come; those of clients have to
  /// become WebSockets within the handshake timeout.
  bool for_operators = false;

  /// Returns why something may not be asked here, whatever the route: 403.
  std::optional<std::string_view> (*refuse)(const node_context&,
                                            const http_request&)
    = nullptr;

  /// Returns who answers this request; null if nobody does.
  const http_route* find(const http_request& x) const;

  /// Returns who words refusals of requests for this path.
  http_problem_writer problem_at(std::string_view path) const;

  /// Returns how long the body of any request may be, in bytes.
  std::size_t longest_body(const node_context& node) const;

  /// Returns the answer to a request for which no route has to be asked:
  /// something that is not there, or that this method cannot be used for.
  std::optional<http_answer> refusal_of(const node_context& node,
                                        const http_request& x) const;
};

} // namespace atrium
