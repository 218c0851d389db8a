#define CAF_SUITE http_routes_test

#include "atrium/net/http/http_routes.hpp"

#include "support/actor_fixture.hpp"
#include "support/bare_context.hpp"

using namespace atrium;
using namespace std::string_literals;
namespace http = boost::beast::http;

namespace {

http_answer prompt(const node_context&, const http_request&) {
  return {};
}

void patient(const node_context&, const http_request&, http_route::responder) {
  // nop
}

void takeover(std::shared_ptr<http_session>) {
  // nop
}

// Everything but the front door is closed to who shows no name.
std::optional<std::string_view> refuse_nameless(const node_context&, const http_request& x) {
  if (x.target() == "/" || x.count("Name") != 0)
    return std::nullopt;
  return "who are you?";
}

constexpr http_route table[] = {
  {"/", prompt},
  {"/ws", takeover},
  {"/house/events", takeover, "text/event-stream"},
  {"/house/events", patient},
  {"/house", patient},
  {"/house/", patient},
  {"/house/cellar", prompt}, // is below the row before, which comes first
};

constexpr std::size_t nobody = std::size(table);

struct fixture : test::node_fixture {
  static http_request request(http::verb method, std::string_view target) {
    return http_request{method, target, 11};
  }

  // The row that answers a GET.
  std::size_t row_of(std::string_view target, std::string_view accept = {}) const {
    auto x = request(http::verb::get, target);
    if (!accept.empty())
      x.set(http::field::accept, accept);
    return row_of(x);
  }

  std::size_t row_of(const http_request& x) const {
    auto* route = subject.find(x);
    return route ? static_cast<std::size_t>(route - table) : nobody;
  }

  // Status, code and methods of the answer for which no route is asked; "" if one is.
  std::string refusal_of(const http_request& x) const {
    auto no = subject.refusal_of(node, x);
    if (!no)
      return "";
    auto result = std::to_string(no->status);
    for (auto code : {"not_implemented", "not_found", "forbidden", "method_not_allowed"})
      if (no->body.find('"' + std::string{code} + '"') != std::string::npos)
        result.append(" ").append(code);
    if (!no->allow.empty())
      result.append(" ").append(no->allow);
    return result;
  }

  std::string refusal_of(http::verb method, std::string_view target) const {
    return refusal_of(request(method, target));
  }

  // Nothing of it is looked at but by `refuse`.
  node_context node = test::bare_context(sys, env, root, std::make_shared<node_life>());
  http_routes subject{table};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(http_routes_tests, fixture)

CAF_TEST(a path is answered by its row whatever the query) {
  CAF_CHECK_EQUAL(row_of("/"), 0u);
  CAF_CHECK_EQUAL(row_of("/ws"), 1u);
  CAF_CHECK_EQUAL(row_of("/ws?user=ann"), 1u);
  CAF_CHECK_EQUAL(row_of("/ws?next=/house"), 1u);
  CAF_CHECK_EQUAL(row_of("/?"), 0u);
}

CAF_TEST(the first row that fits counts) {
  CAF_CHECK_EQUAL(row_of("/house"), 4u);
  CAF_CHECK_EQUAL(row_of("/house/cellar"), 5u);
}

CAF_TEST(with a slash at the end a row is for all below it) {
  CAF_CHECK_EQUAL(row_of("/house/"), 5u);
  CAF_CHECK_EQUAL(row_of("/house/a/b?c"), 5u);
  CAF_CHECK_EQUAL(row_of("/house//"), 5u);
  CAF_CHECK_EQUAL(row_of("/houses"), nobody);
  CAF_CHECK_EQUAL(row_of("/hous"), nobody);
}

// A path is compared byte by byte: nothing is made of dots, cases and escapes.
CAF_TEST(other spellings of a path are other paths) {
  for (auto& target : {""s,
                       "ws"s,
                       "//"s,
                       "//ws"s,
                       "/ws/"s,
                       "/ws/x"s,
                       "/WS"s,
                       "/ws;x"s,
                       "/ws%3Fuser"s,
                       "/%77s"s,
                       "/ws "s,
                       " /ws"s,
                       "/./ws"s,
                       "/x/../ws"s,
                       "/ws/."s,
                       "\\ws"s,
                       "/ws\\"s,
                       "*"s,
                       "/ws\0"s,
                       "http://host/ws"s,
                       "?/ws"s,
                       "/\xc3\xbc"s,
                       "/"s + std::string(100'000, 'w')})
    CAF_CHECK_EQUAL(row_of(target), nobody);
}

CAF_TEST(a row of a media type is for GET that accepts it) {
  CAF_CHECK_EQUAL(row_of("/house/events", "text/event-stream"), 2u);
  CAF_CHECK_EQUAL(row_of("/house/events?after=1", "text/html, TEXT/Event-Stream;q=0.5"), 2u);
  for (auto accept : {"", "*/*", "text/*", "text/event-stream;q=0", "text/event-streams",
                      "\"text/event-stream\"", "text/event-stream x"})
    CAF_CHECK_EQUAL(row_of("/house/events", accept), 3u);
  for (auto method : {http::verb::head, http::verb::post, http::verb::options}) {
    auto x = request(method, "/house/events");
    x.set(http::field::accept, "text/event-stream");
    CAF_CHECK_EQUAL(row_of(x), 3u);
  }
}

CAF_TEST(what nobody answers is not found by any method) {
  for (auto method : {http::verb::get, http::verb::head, http::verb::post, http::verb::options,
                      http::verb::delete_, http::verb::trace})
    CAF_CHECK_EQUAL(refusal_of(method, "/nothing"), "404 not_found");
  CAF_CHECK_EQUAL(refusal_of(http::verb::get, ""), "404 not_found");
}

CAF_TEST(methods that no server has to know are not implemented) {
  CAF_CHECK_EQUAL(refusal_of(http::verb::connect, "/ws"), "501 not_implemented");
  CAF_CHECK_EQUAL(refusal_of(http::verb::connect, "host:443"), "501 not_implemented");
  for (auto name : {"BREW", "get", "GETX", "G", "PRI*"}) {
    auto x = request(http::verb::get, "/ws");
    x.method_string(name);
    CAF_CHECK_EQUAL(refusal_of(x), "501 not_implemented");
  }
}

CAF_TEST(a route is asked by its methods and others are refused with them) {
  for (auto target : {"/", "/ws"}) {
    CAF_CHECK_EQUAL(refusal_of(http::verb::get, target), "");
    CAF_CHECK_EQUAL(refusal_of(http::verb::head, target), "");
    for (auto method : {http::verb::post, http::verb::put, http::verb::delete_, http::verb::patch,
                        http::verb::trace})
      CAF_CHECK_EQUAL(refusal_of(method, target), "405 method_not_allowed GET, HEAD");
  }
  for (auto method : {http::verb::get, http::verb::head, http::verb::post})
    CAF_CHECK_EQUAL(refusal_of(method, "/house"), "");
  CAF_CHECK_EQUAL(refusal_of(http::verb::put, "/house"), "405 method_not_allowed GET, HEAD, POST");
}

CAF_TEST(OPTIONS lists the methods of a route or of the server) {
  CAF_CHECK_EQUAL(refusal_of(http::verb::options, "/ws"), "204 GET, HEAD");
  CAF_CHECK_EQUAL(refusal_of(http::verb::options, "/house"), "204 GET, HEAD, POST");
  CAF_CHECK_EQUAL(refusal_of(http::verb::options, "*"), "204 GET, HEAD");
}

CAF_TEST(a path of two rows has the methods of the row that would answer) {
  auto stream = request(http::verb::post, "/house/events");
  stream.set(http::field::accept, "text/event-stream");
  CAF_CHECK_EQUAL(refusal_of(stream), "");
  stream.method(http::verb::get);
  CAF_CHECK_EQUAL(refusal_of(stream), "");
}

CAF_TEST(who may not ask here is refused whatever the method and learns no methods) {
  subject.refuse = refuse_nameless;
  for (auto method : {http::verb::get, http::verb::post, http::verb::options, http::verb::put})
    CAF_CHECK_EQUAL(refusal_of(method, "/house/x"), "403 forbidden");
  CAF_CHECK_EQUAL(refusal_of(http::verb::options, "*"), "403 forbidden");
  CAF_CHECK_EQUAL(refusal_of(http::verb::get, "/"), "");
  CAF_CHECK_EQUAL(refusal_of(http::verb::get, "/nothing"), "404 not_found");
  auto named = request(http::verb::put, "/house/x");
  named.set("Name", "ann");
  CAF_CHECK_EQUAL(refusal_of(named), "405 method_not_allowed GET, HEAD, POST");
  named.method(http::verb::post);
  CAF_CHECK_EQUAL(refusal_of(named), "");
}

CAF_TEST_FIXTURE_SCOPE_END()
