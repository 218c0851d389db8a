#define CAF_SUITE json_inspector_test

#include "atrium/actors/json_inspector.hpp"

#include "caf/test/unit_test.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

enum class color : std::uint8_t { red, green };
enum class shape : std::uint8_t { round, square };

const char* to_string(shape x) {
  return x == shape::round ? "round" : "square";
}

struct point {
  int x = 1;
  int y = 2;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, point& p) {
  return f(caf::meta::type_name("point"), named("x"), p.x, named("y"), p.y);
}

struct pair_of_values {
  int first_value = 3;
  std::string second_value = "b";
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, pair_of_values& x) {
  return f(x.first_value, x.second_value);
}

struct nothing {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, nothing&) {
  return f();
}

template <class T>
std::string json(const T& x) {
  return json_inspector::to_json(x);
}

} // namespace

CAF_TEST(plain values are as in JSON) {
  CAF_CHECK_EQUAL(json(7), "7");
  CAF_CHECK_EQUAL(json(std::uint64_t{18446744073709551615U}), "18446744073709551615");
  CAF_CHECK_EQUAL(json(true), "true");
  CAF_CHECK_EQUAL(json(0.5), "0.500000");
  CAF_CHECK_EQUAL(json(std::numeric_limits<double>::infinity()), "null");
  CAF_CHECK_EQUAL(json(std::string{"a\"b\n"}), R"("a\"b\u000a")");
  CAF_CHECK_EQUAL(json("text"), R"("text")");
  CAF_CHECK_EQUAL(json(std::atomic<int>{5}), "5");
}

CAF_TEST(text that is not UTF - 8 stays JSON) {
  CAF_CHECK_EQUAL(json(std::string{"a\xff z"}), R"("a? z")");
}

CAF_TEST(times are numbers) {
  CAF_CHECK_EQUAL(json(1500ms), "1.500000");
  CAF_CHECK_EQUAL(json(std::chrono::sys_time<std::chrono::milliseconds>{42ms}), "42");
}

CAF_TEST(enums are words where there are words for them) {
  CAF_CHECK_EQUAL(json(color::green), "1");
  CAF_CHECK_EQUAL(json(shape::square), R"("square")");
}

CAF_TEST(what may be missing is null then) {
  CAF_CHECK_EQUAL(json(std::optional<int>{}), "null");
  CAF_CHECK_EQUAL(json(std::optional<point>{point{}}), R"({"x":1,"y":2})");
  CAF_CHECK_EQUAL(json(std::shared_ptr<int>{}), "null");
  CAF_CHECK_EQUAL(json(std::make_shared<int>(4)), "4");
  CAF_CHECK_EQUAL(json(std::variant<std::monostate, int>{}), "null");
  CAF_CHECK_EQUAL(json(std::variant<std::monostate, int>{3}), "3");
}

CAF_TEST(containers are arrays and maps with text for keys are objects) {
  CAF_CHECK_EQUAL(json(std::vector<int>{1, 2}), "[1,2]");
  CAF_CHECK_EQUAL(json(std::vector<bool>{true, false}), "[true,false]");
  CAF_CHECK_EQUAL(json(std::set<std::string>{"b", "a"}), R"(["a","b"])");
  CAF_CHECK_EQUAL(json(std::deque<point>{{}, {5, 6}}), R"([{"x":1,"y":2},{"x":5,"y":6}])");
  CAF_CHECK_EQUAL(json(std::map<std::string, int>{{"k\"", 1}}), R"({"k\"":1})");
  CAF_CHECK_EQUAL(json(std::map<int, int>{{1, 2}}), "[[1,2]]");
  CAF_CHECK_EQUAL(json(std::vector<int>{}), "[]");
}

CAF_TEST(fields have their names or their places) {
  CAF_CHECK_EQUAL(json(point{}), R"({"x":1,"y":2})");
  CAF_CHECK_EQUAL(json(pair_of_values{}), R"({"0":3,"1":"b"})");
  CAF_CHECK_EQUAL(json(nothing{}), "{}");
}

CAF_TEST(raw text stands as it is) {
  CAF_CHECK_EQUAL(json(raw_json{R"({"a":[1]})"}), R"({"a":[1]})");
}
