#include "atrium/net/http/http_routes.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/http/chat_page.hpp"
#include "atrium/net/http/http_fields.hpp"
#include "atrium/net/inspector/inspect_routes.hpp"
#include "atrium/net/monitoring/health.hpp"
#include "atrium/net/monitoring/metrics/node_metrics.hpp"

#include <algorithm>

namespace atrium {

namespace {

http_answer chat(const node_context& node, const http_request&) {
  if (!node.has_page)
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

constexpr http_route public_table[] = {
  {"/", chat},
  {"/ws", http_route::websocket{}},
  {"/ready", ready_in_brief},
};

constexpr http_route internal_table[] = {
  {"/health", live},
  {"/metrics", metrics},
  {"/ready", ready},
  {"/log-level", answer_log_level},
  {"/inspector", show_inspector},
  {"/inspect/events", stream_events},
  {"/inspect", answer_inspect},
  {"/inspect/", answer_inspect},
};

bool accepts_events(const http_request& x) {
  namespace http = boost::beast::http;
  return x.method() == http::verb::get
         && names_media_type(std::string_view{x[http::field::accept]},
                             "text/event-stream");
}

bool fits(const http_route& route, std::string_view path) {
  auto& ours = route.path;
  return path == ours
         || (ours.size() > 1 && ours.ends_with('/') && path.starts_with(ours));
}

} // namespace

http_answer http_problem(unsigned status, std::string_view code,
                         std::string_view message) {
  std::string body;
  json_writer out{body};
  out.open_object().text("type", "error").text("code", code);
  out.text("message", message).close_object();
  return {status, json_type, std::move(body)};
}

std::string_view http_route::methods() const {
  if (std::holds_alternative<patient>(how))
    return "GET, HEAD, POST";
  return std::holds_alternative<stream>(how) ? "GET" : "GET, HEAD";
}

http_answer page_answer(std::string_view page, std::string_view policy) {
  http_answer result{200, "text/html; charset=utf-8", std::string{page}};
  result.policy = policy;
  return result;
}

const http_route* http_routes::find(const http_request& x) const {
  auto path = path_of(std::string_view{x.target()});
  auto found = std::ranges::find_if(table, [&](auto& route) {
    return fits(route, path)
           && (!std::holds_alternative<http_route::stream>(route.how)
               || accepts_events(x));
  });
  return found != table.end() ? &*found : nullptr;
}

http_routes public_routes() {
  constexpr std::size_t no_body = 1024; // nothing here takes one
  return {public_table, no_body, false, nullptr};
}

http_routes internal_routes() {
  constexpr std::size_t a_message = 1'048'576;
  return {internal_table, a_message, true, refuse_foreign_page};
}

} // namespace atrium
