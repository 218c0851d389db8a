#include "atrium/net/api/api_routes.hpp"

#include "atrium/net/admission/admission.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/api/api_description.hpp"
#include "atrium/net/api/api_method.hpp"
#include "atrium/net/api/api_service.hpp"
#include "atrium/net/http/http_session.hpp"

#include <utility>

namespace atrium {

namespace {

using api_counter = api_traffic::counter;

http_answer answer_of(unsigned status, const api_error& x) {
  return {status, json_type, R"({"error":)" + to_json(x) + '}'};
}

http_pass refuse(unsigned status, api_counter& count, api_error why) {
  ++count;
  return {answer_of(status, why), {}, 0};
}

std::size_t largest_body(const node_context& node) {
  return node.api->traffic->max_body;
}

std::string_view path_of_request(const http_request& x) {
  return path_of(std::string_view{x.target()});
}

bool lacks_right(unsigned rights, const api_target& to) {
  return to.method != nullptr
         && (rights & to.method->right) != to.method->right;
}

std::optional<permit> admit(const api_traffic& x, std::size_t body) {
  if (!x.requests->try_acquire(1))
    return std::nullopt;
  if (!x.bytes->try_acquire(body)) {
    x.requests->release(1);
    return std::nullopt;
  }
  return permit{[requests = x.requests, bytes = x.bytes, body] {
    bytes->release(body);
    requests->release(1);
  }};
}

http_pass check(const node_context& node, const http_request& head,
                std::size_t body) {
  auto& traffic = *node.api->traffic;
  auto rights = node.api->keys->rights_of(head);
  if (!rights) {
    static constexpr http_field challenge[] = {{"WWW-Authenticate", "apikey"}};
    auto result
      = refuse(401, traffic.refused.key,
               {api_error::unauthorized,
                "unauthorized: show a key of --api-key-file as X-API-Key"});
    result.no->fields = challenge;
    return result;
  }
  auto to = find_api_target(path_of_request(head));
  if (!to)
    return refuse(404, traffic.refused.path,
                  {api_error::method_not_found, "method not found"});
  if (lacks_right(*rights, *to))
    return refuse(403, traffic.refused.right,
                  {api_error::permission_denied,
                   "permission denied: the key has not the right"});
  if (body > largest_body(node))
    return refuse(
      413, traffic.refused.too_large,
      {api_error::limit_exceeded, "the body is longer than --api-max-bytes"});
  http_pass result{std::nullopt, {}, *rights};
  auto held = admit(traffic, body);
  if (!held)
    return refuse(503, traffic.refused.overloaded,
                  {api_error::internal, "too many requests are under way"});
  // After it is counted: the stop waits for those that get past this.
  if (!node.life->lets_in())
    return refuse(503, traffic.refused.overloaded,
                  {api_error::internal, "the node is going away"});
  result.held = std::move(*held);
  return result;
}

std::shared_ptr<semaphore> places_of(const node_context& node) {
  return node.api->places;
}

bool wants_status(const http_request& x) {
  return std::string_view{x["X-Centrifugo-Error-Mode"]} == "transport";
}

http_answer answer_of(api_reply x, bool by_status) {
  if (x.error.code == 0)
    return {200, json_type,
            x.is_whole ? std::move(x.result)
                       : R"({"result":)" + x.result + '}'};
  if (x.error.is_overload)
    return answer_of(503, x.error);
  if (x.error.is_malformed)
    return answer_of(400, x.error);
  if (by_status)
    return {status_of_api_error(x.error.code), json_type, to_json(x.error)};
  return answer_of(200, x.error);
}

unsigned code_of_status(unsigned status) {
  switch (status) {
  case 403:
    return api_error::permission_denied;
  case 404:
    return api_error::method_not_found;
  case 413:
    return api_error::limit_exceeded;
  case 503:
    return api_error::internal;
  default:
    return api_error::bad_request;
  }
}

// What only the body says of a request is answered as if the path had said it.
std::optional<http_answer> refusal_of(const node_context& node,
                                      const api_target& to, const api_item& x) {
  auto* why = std::get_if<api_error>(&x.what);
  auto& refused = node.api->traffic->refused;
  if (why == nullptr)
    return std::nullopt;
  if (why->is_malformed) {
    ++refused.malformed;
    return answer_of(400, *why);
  }
  if (to.method != nullptr)
    return std::nullopt;
  if (why->code == api_error::method_not_found) {
    ++refused.path;
    return answer_of(404, *why);
  }
  if (why->code == api_error::permission_denied) {
    ++refused.right;
    return answer_of(403, *why);
  }
  return std::nullopt;
}

// Of those who use the bus on the lane's own thread, as far as it has one.
placement placement_of(const node_context& node, const lane_thread& lane) {
  if (lane.index() < node.env->lanes.size())
    return placement{lane.index()};
  auto& own = node.api->internal_bus;
  return own ? placement{*own} : placement{};
}

} // namespace

const http_gate api_gate{largest_body, check, places_of};

http_answer api_problem(unsigned status, std::string_view,
                        std::string_view message) {
  return answer_of(status, {code_of_status(status), std::string{message}});
}

http_answer describe_api(const node_context&, const http_request&) {
  return {200, json_type, std::string{api_description()}};
}

void answer_api(http_session& from, http_route::responder respond) {
  auto& node = *from.node();
  auto& x = from.request();
  auto to = find_api_target(path_of_request(x));
  auto command = read_api_request(*to, from.pass().rights, x.body());
  if (auto no = refusal_of(node, *to, command))
    return respond(std::move(*no));
  auto& lane = from.lane();
  api_service service{node, placement_of(node, lane), lane.io()};
  service.run(std::move(command),
              [by_status = wants_status(x),
               respond = std::move(respond)](api_reply reply) {
                respond(answer_of(std::move(reply), by_status));
              });
}

} // namespace atrium
