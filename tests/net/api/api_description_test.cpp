#define CAF_SUITE api_description_test

#include "atrium/net/api/api_description.hpp"
#include "atrium/net/api/api_fields.hpp"
#include "atrium/net/api/api_method.hpp"

#include "caf/test/unit_test.hpp"

#include <set>
#include <string>

using namespace atrium;

namespace {

std::set<std::string> described_paths() {
  std::set<std::string> result;
  auto all = json_object::parse(api_description());
  CAF_REQUIRE(all.has_value());
  auto paths = all->find("paths");
  CAF_REQUIRE(paths.has_value());
  json_scanner in{*paths};
  CAF_CHECK(in.only_object([&](std::string_view key) {
    result.emplace(key);
    return in.value(json_object::max_depth);
  }));
  return result;
}

} // namespace

CAF_TEST(the description has the paths of all methods and no others) {
  std::set<std::string> expected{"/api", "/api/openapi.json"};
  for (auto& x : api_methods())
    expected.insert("/api/" + std::string{x.path});
  auto found = described_paths();
  for (auto& path : expected)
    if (!found.contains(path))
      CAF_ERROR("not described: " << path);
  for (auto& path : found)
    if (!expected.contains(path))
      CAF_ERROR("there is no such method: " << path);
}
