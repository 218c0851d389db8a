#include "atrium/net/node/routes.hpp"

#include "atrium/net/api/api_routes.hpp"
#include "atrium/net/http/chat_page.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/inspector/inspect_routes.hpp"
#include "atrium/net/monitoring/health.hpp"
#include "atrium/net/monitoring/metrics/node_metrics.hpp"
#include "atrium/net/websocket/websocket_upgrade.hpp"

namespace atrium {

namespace {

http_answer chat(const node_context& node, const http_request&) {
  if (!node.rules->has_page)
    return http_problem(404, "not_found", "there is nothing here");
  static const auto policy = policy_of(chat_page());
  return page_answer(chat_page(), policy);
}

http_answer report(health_report x) {
  return {x.ok ? 200U : 503U, json_type, std::move(x.json)};
}

http_answer live(const node_context& node, const http_request&) {
  return report(node.health->live());
}

http_answer ready(const node_context& node, const http_request&) {
  return report(node.health->ready());
}

http_answer metrics(const node_context& node, const http_request&) {
  return {200, "text/plain; version=0.0.4; charset=utf-8",
          node.metrics->text()};
}

// Strangers get the answer without the reasons.
http_answer ready_in_brief(const node_context& node, const http_request&) {
  auto ok = node.health->ready().ok;
  return report({ok, ok ? R"({"ready":true})" : R"({"ready":false})"});
}

constexpr http_route::guarded api{&api_gate, answer_api};

// Neither `/health` nor `/metrics`: strangers should not learn how the node is
// built, nor how busy it is.
constexpr http_route public_table[] = {
  {"/", chat},
  {"/ws", upgrade_to_websocket},
  {"/ready", ready_in_brief},
  // Only where back ends are served, so it is last.
  {"/api/openapi.json", describe_api, {}, api_problem},
  {"/api", api, {}, api_problem},
  {"/api/", api, {}, api_problem},
};

constexpr std::size_t api_rows = 3;

// The stream of events before what has the same path without one.
constexpr http_route internal_table[] = {
  {"/health", live},
  {"/metrics", metrics},
  {"/ready", ready},
  {"/api/openapi.json", describe_api, {}, api_problem},
  {"/api", api, {}, api_problem},
  {"/api/", api, {}, api_problem},
  {"/log-level", answer_log_level},
  {"/inspector", show_inspector},
  {"/inspect/events", stream_events, "text/event-stream"},
  {"/inspect", answer_inspect},
  {"/inspect/", answer_inspect},
};

} // namespace

http_routes public_routes(bool api) {
  constexpr std::size_t no_body = 1024; // nothing here takes one
  std::span<const http_route> all{public_table};
  return {api ? all : all.first(all.size() - api_rows), no_body, false,
          nullptr};
}

http_routes internal_routes() {
  // For a message that an administrator publishes.
  constexpr std::size_t a_message = 1'048'576;
  return {internal_table, a_message, true, refuse_foreign_page};
}

} // namespace atrium
