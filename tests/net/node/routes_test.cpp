#define CAF_SUITE routes_test

#include "atrium/net/http/node_context.hpp"
#include "atrium/net/node/routes.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
namespace http = boost::beast::http;

namespace {

bool has(const http_routes& routes, std::string_view target) {
  return routes.find(http_request{http::verb::get, target, 11}) != nullptr;
}

} // namespace

CAF_TEST(clients find what is for them) {
  for (auto target : {"/", "/ws", "/ws?user=ann", "/ready"})
    CAF_CHECK(has(public_routes(), target));
}

CAF_TEST(clients find nothing that is for operators) {
  for (auto& route : internal_routes().table) {
    if (route.path == "/ready") // clients have one of their own, without the reasons
      continue;
    CAF_CHECK(has(internal_routes(), route.path));
    CAF_CHECK(!has(public_routes(), route.path));
    for (auto before : {"/ws", "/ready", "/.", "/ws/..", "//localhost"})
      CAF_CHECK(!has(public_routes(), std::string{before}.append(route.path)));
  }
  for (auto target : {"/inspect/users/ann/disconnect", "/inspect/rooms/a/publish"}) {
    CAF_CHECK(has(internal_routes(), target));
    CAF_CHECK(!has(public_routes(), target));
  }
}

// The stream of events has the path of a row that is for everybody else.
CAF_TEST(no row hides one that comes later) {
  for (auto& routes : {public_routes(true), internal_routes()})
    for (auto& route : routes.table) {
      http_request x{http::verb::get, route.path, 11};
      if (!route.media_type.empty())
        x.set(http::field::accept, route.media_type);
      CAF_CHECK(routes.find(x) == &route);
    }
}

CAF_TEST(back ends are served to clients only where that is meant) {
  for (auto target : {"/api", "/api/publish", "/api/openapi.json"}) {
    CAF_CHECK(!has(public_routes(), target));
    CAF_CHECK(has(public_routes(true), target));
    CAF_CHECK(has(internal_routes(), target));
  }
  CAF_CHECK(!has(public_routes(true), "/apis"));
  CAF_CHECK(!has(public_routes(true), "/inspect"));
  for (auto& routes : {public_routes(true), internal_routes()}) {
    http_request x{http::verb::post, "/api/publish", 11};
    CAF_CHECK_EQUAL(routes.find(x)->methods(), "POST");
  }
}

CAF_TEST(only operators may send much and stay for several requests) {
  CAF_CHECK(!public_routes().for_operators);
  CAF_CHECK(public_routes().largest_body <= 1024);
  CAF_CHECK(internal_routes().for_operators);
  CAF_CHECK(internal_routes().refuse != nullptr);
}
