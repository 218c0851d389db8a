#include "atrium/net/inspector/inspect_routes.hpp"

#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/auth/claims.hpp"
#include "atrium/net/http/http_fields.hpp"
#include "atrium/net/http/http_session.hpp"
#include "atrium/net/inspector/event_stream.hpp"
#include "atrium/net/inspector/inspector.hpp"
#include "atrium/net/inspector/inspector_access.hpp"
#include "atrium/net/inspector/inspector_page.hpp"

#include <charconv>

namespace atrium {

namespace http = boost::beast::http;

namespace {

std::string_view header(const http_request& x, http::field name) {
  return std::string_view{x[name]};
}

// An act has to say that it is JSON, which a page of another site cannot do
// without being asked first (CORS).
std::optional<http_answer> refuse_act(const node_context& node,
                                      const http_request& x) {
  if (!is_media_type(header(x, http::field::content_type), json_type))
    return http_problem(415, "bad_request", "the body has to be JSON");
  return node.inspection->who_may_act->refuse(x);
}

std::uint64_t first_event(const http_request& x) {
  auto text = std::string_view{x["Last-Event-ID"]};
  std::uint64_t last = 0;
  auto [at, error]
    = std::from_chars(text.data(), text.data() + text.size(), last);
  // A browser that reconnects names the last event that it has got, so none is
  // shown twice and none is missed that is still kept.
  return error == std::errc{} ? last + 1 : 0;
}

} // namespace

std::optional<std::string_view> refuse_foreign_page(const node_context& node,
                                                    const http_request& x) {
  auto host = header(x, http::field::host);
  auto origin = header(x, http::field::origin);
  auto& where = node.internal;
  // Browsers come to a Unix socket, too: by a tunnel or a proxy.
  // A page whose name was bound to 127.0.0.1 after it was loaded asks with that
  // name as Host, and as its own origin: only the name gives it away.
  auto bound_anew
    = where && where->is_loopback() && !host.empty() && !is_local_name(host);
  if (!bound_anew && (origin.empty() || is_origin_of(host, origin)))
    return std::nullopt;
  return "pages of other sites may not ask";
}

http_answer show_inspector(const node_context&, const http_request&) {
  static const auto policy = policy_of(inspector_page());
  return page_answer(inspector_page(), policy);
}

void answer_inspect(const node_context& node, const http_request& x,
                    http_route::responder respond) {
  // Views need no token: every client of this listener may look.
  auto acts = x.method() == http::verb::post;
  if (acts)
    if (auto no = refuse_act(node, x))
      return respond(std::move(*no));
  auto body = acts ? std::optional{x.body()} : std::nullopt;
  ask_inspector(
    node.system, node.inspection->inspector, std::string{x.target()},
    std::move(body),
    [respond = std::move(respond)](unsigned status, std::string json) {
      respond({status, json_type, std::move(json)});
    });
}

void answer_log_level(const node_context& node, const http_request& x,
                      http_route::responder respond) {
  if (x.method() == http::verb::post) {
    if (auto no = refuse_act(node, x))
      return respond(std::move(*no));
    auto body = json_object::parse(x.body());
    auto wanted = body ? text_of(*body, "level") : std::nullopt;
    auto level = wanted ? log::find_level(*wanted) : std::nullopt;
    if (!level)
      return respond(http_problem(400, "bad_request",
                                  "level is trace, debug, info, warn, error "
                                  "or off"));
    log::change_threshold(*level, "an administrator");
  }
  std::string answer = R"({"level":")";
  answer.append(to_string(log::threshold())).append("\"}");
  respond({200, json_type, std::move(answer)});
}

void stream_events(std::shared_ptr<http_session> from) {
  auto& node = from->node();
  auto& places = node->inspection->event_streams;
  // A stream does not count as pending any more, and keeps its descriptor for
  // hours: without a bound, streams would use up the descriptors of Redis and
  // of other operators.
  if (!places->try_acquire(1))
    return from->answer(http_problem(503, "overloaded", "too many listen"));
  permit held{places, 1};
  std::make_shared<event_stream>(from->take_connection(), from->lane(),
                                 node->env, first_event(from->request()))
    ->run(std::move(held));
}

} // namespace atrium
