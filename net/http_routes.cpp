#include "atrium/net/http_routes.hpp"

#include "atrium/net/chat_page.hpp"
#include "atrium/net/health.hpp"

namespace atrium {

namespace {

http_answer chat(const node_context&, const http_request&) {
  return {200, "text/html; charset=utf-8", std::string{chat_page()}};
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

// Strangers get the answer without the reasons.
http_answer ready_in_brief(const node_context& node, const http_request&) {
  auto ok = node.health->ready().ok;
  return report({ok, ok ? R"({"ready":true})" : R"({"ready":false})"});
}

constexpr http_route public_table[] = {
  {"/", chat},
  {"/ws", nullptr},
  {"/ready", ready_in_brief},
};

constexpr http_route internal_table[] = {
  {"/health", live},
  {"/ready", ready},
};

} // namespace

http_routes public_routes() {
  return public_table;
}

http_routes internal_routes() {
  return internal_table;
}

} // namespace atrium
