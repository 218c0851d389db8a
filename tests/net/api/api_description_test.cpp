#define CAF_SUITE api_description_test

#include "atrium/net/api/api_description.hpp"
#include "atrium/net/api/api_fields.hpp"
#include "atrium/net/api/api_method.hpp"

#include "caf/test/unit_test.hpp"

#include <map>
#include <set>
#include <string>

using namespace atrium;

namespace {

// The members of an object with their text.
std::map<std::string, std::string_view> members_of(std::string_view object) {
  std::map<std::string, std::string_view> result;
  json_scanner in{object};
  CAF_CHECK(in.only_object([&](std::string_view key) {
    auto value = in.take_value(json_object::max_depth);
    result.emplace(key, value);
    return !value.empty();
  }));
  return result;
}

auto described_paths() {
  return members_of(members_of(api_description()).at("paths"));
}

} // namespace

CAF_TEST(the description has the paths of all methods and no others) {
  std::set<std::string> expected{"/api", "/api/openapi.json"};
  for (auto& x : api_methods()) {
    expected.insert("/api/" + std::string{x.name});
    if (!x.room_path.empty())
      expected.insert("/api/" + std::string{x.room_path});
  }
  auto found = described_paths();
  for (auto& path : expected)
    if (!found.contains(path))
      CAF_ERROR("not described: " << path);
  for (auto& [path, _] : found)
    if (!expected.contains(path))
      CAF_ERROR("there is no such method: " << path);
}

// Of HTTP itself, of the gate, and of codes with X-Centrifugo-Error-Mode.
CAF_TEST(each operation has all statuses that it may be answered by) {
  std::set<unsigned> of_all{400, 403, 405, 413, 414, 431, 501, 505};
  auto of_methods = of_all;
  of_methods.insert({401, 404, 503});
  for (unsigned code = 100; code <= 112; ++code)
    of_methods.insert(status_of_api_error(code));
  for (auto& [path, operations] : described_paths())
    for (auto& [method, operation] : members_of(operations)) {
      auto responses = members_of(members_of(operation).at("responses"));
      for (auto status : method == "post" ? of_methods : of_all)
        if (!responses.contains(std::to_string(status)))
          CAF_ERROR("not described: " << status << " of " << method << ' ' << path);
    }
}
