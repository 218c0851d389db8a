#define CAF_SUITE json_loader_test

#include "atrium/actors/json_loader.hpp"

#include "caf/test/unit_test.hpp"

#include <array>
#include <atomic>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <unordered_map>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

enum class color : std::uint8_t { red, green };
enum class shape : std::uint8_t { round, square };

const char* to_string(shape x) {
  return x == shape::round ? "round" : "square";
}

bool from_string(std::string_view word, shape& x) {
  for (auto y : {shape::round, shape::square})
    if (word == to_string(y))
      return x = y, true;
  return false;
}

struct player {
  std::string name;
  std::int64_t score = 0;

  bool operator==(const player&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, player& x) {
  return f(named("name"), x.name, named("score"), x.score);
}

/// A type that is its only value.
struct card {
  int number = 0;

  bool operator==(const card&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, card& x) {
  return f(x.number);
}

/// Fields by their places.
struct place {
  int x = 1;
  int y = 2;

  bool operator==(const place&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, place& x) {
  return f(x.x, x.y);
}

using time_in_ms = std::chrono::sys_time<std::chrono::milliseconds>;

struct table {
  std::vector<player> players;
  std::map<std::string, std::vector<card>> hands;
  std::map<int, bool> seats;
  std::set<std::string> words;
  std::array<place, 2> places;
  std::pair<std::uint8_t, std::string> both;
  std::optional<std::string> note;
  std::optional<std::vector<int>> moves;
  std::unordered_map<std::string, double> weights;
  std::deque<std::vector<bool>> flags;
  std::uint64_t largest = 0;
  shape form = shape::round;
  color paint = color::red;
  time_in_ms begun{};
  std::chrono::milliseconds left{};

  bool operator==(const table&) const = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, table& x) {
  return f(named("players"), x.players, named("hands"), x.hands, named("seats"), x.seats,
           named("words"), x.words, named("places"), x.places, named("both"), x.both, named("note"),
           x.note, named("moves"), x.moves, named("weights"), x.weights, named("flags"), x.flags,
           named("largest"), x.largest, named("form"), x.form, named("paint"), x.paint,
           named("begun"), x.begun, named("left"), x.left, named("players_now"), x.players.size());
}

/// A tree as deep as somebody wants.
struct tree {
  std::vector<tree> branches;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, tree& x) {
  return f(named("b"), x.branches);
}

struct only_shown {
  friend caf::error inspect(json_inspector&, only_shown&) {
    return {};
  }
};

static_assert(restorable<table>);
static_assert(restorable<card>);
static_assert(!restorable<only_shown>);
static_assert(!restorable<int>);

/// Makes values, likely ones and extreme ones.
struct maker {
  std::mt19937_64 random;

  std::size_t below(std::size_t n) {
    return random() % n;
  }
  template <class T>
  T number() {
    using limits = std::numeric_limits<T>;
    switch (below(4)) {
    case 0:
      return limits::min();
    case 1:
      return limits::max();
    case 2:
      return static_cast<T>(random());
    default:
      return static_cast<T>(below(100));
    }
  }
  std::string text() {
    static const std::vector<std::string> parts
      = {"a", "\"", "\\", "\n", std::string(1, '\0'), "\x7f", "ü", "日本", "😀", "/", "\u2028"};
    std::string result;
    for (auto n = below(6); n > 0; --n)
      result += parts[below(parts.size())];
    return result;
  }
  template <class Function>
  void some(Function f) {
    for (auto n = below(4); n > 0; --n)
      f();
  }
  table make() {
    table x;
    some([&] { x.players.push_back({text(), number<std::int64_t>()}); });
    some([&] { some([&, key = text()] { x.hands[key].push_back({number<int>()}); }); });
    some([&] { x.seats[number<int>()] = below(2) == 0; });
    some([&] { x.words.insert(text()); });
    x.places = {place{number<int>(), 0}, place{}};
    x.both = {number<std::uint8_t>(), text()};
    if (below(2) == 0)
      x.note = text();
    if (below(2) == 0)
      some([&] { x.moves.emplace().push_back(number<int>()); });
    some([&] { x.weights[text()] = static_cast<double>(below(1'000'000)) / 64; });
    some([&] { x.flags.push_back({below(2) == 0, true}); });
    x.largest = number<std::uint64_t>();
    x.form = static_cast<shape>(below(2));
    x.paint = static_cast<color>(below(2));
    x.begun = time_in_ms{std::chrono::milliseconds{number<std::int64_t>()}};
    x.left = below(2) == 0 ? std::chrono::milliseconds{number<std::int32_t>()}
                           : std::chrono::milliseconds{number<std::int64_t>() > 0 ? INT64_MAX : 0};
    return x;
  }
};

/// Returns what is wrong with a text.
template <class T>
std::string fault(const std::string& text) {
  T x{};
  return json_loader::from_json(text, x).value_or("");
}

template <class T>
T read(const std::string& text) {
  T x{};
  CAF_CHECK_EQUAL(json_loader::from_json(text, x).value_or(""), "");
  return x;
}

/// Returns whether a value is the same after it was written and read.
template <class T>
bool returns(const T& x) {
  return read<T>(json_inspector::to_json(x)) == x;
}

} // namespace

CAF_TEST(what was written is read) {
  CAF_CHECK(returns(0.5) && returns(-1.25f) && returns(true) && returns('c'));
  CAF_CHECK(returns(std::int64_t{INT64_MIN}) && returns(std::uint64_t{UINT64_MAX}));
  CAF_CHECK(returns(std::string{"\"ü\\\n😀"}) && returns(std::string(3, '\0')));
  CAF_CHECK(returns(card{7}) && returns(place{3, 4}) && returns(player{"ann", -3}));
  CAF_CHECK(returns(1500ms) && returns(-1ns * 1000) && returns(24h) && returns(0.25s));
  CAF_CHECK(returns(std::chrono::milliseconds::max()) && returns(std::chrono::hours::min()));
  CAF_CHECK(returns(time_in_ms::max()) && returns(time_in_ms::min()) && returns(time_in_ms{}));
  CAF_CHECK(returns(std::vector<std::pair<std::string, int>>{{"b", 1}, {"a", 2}}));
  CAF_CHECK(returns(std::optional<std::optional<int>>{}) && returns(std::optional<card>{card{1}}));
  CAF_CHECK(*read<std::shared_ptr<int>>("4") == 4);
  CAF_CHECK(read<std::unique_ptr<player>>(R"({"name":"x"})")->name == "x");
  CAF_CHECK(!read<std::shared_ptr<int>>("null"));
  CAF_CHECK(std::isnan(read<double>(json_inspector::to_json(HUGE_VAL))));
  CAF_CHECK(read<raw_json>(R"( {"a" : [1]} )").text == R"({"a" : [1]})");
  std::atomic<int> shared{0};
  CAF_CHECK(!json_loader::from_json("5", shared));
  CAF_CHECK_EQUAL(shared.load(), 5);
}

CAF_TEST(so are random values) {
  auto seed = std::random_device{}();
  CAF_MESSAGE("seed " << seed);
  maker all{std::mt19937_64{seed}};
  for (int i = 0; i < 500; ++i) {
    auto x = all.make();
    auto text = json_inspector::to_json(x);
    auto y = all.make(); // whatever stands there is replaced
    auto wrong = json_loader::from_json(text, y);
    if (wrong || !(y == x))
      CAF_FAIL(wrong.value_or("differs") << " in " << text);
  }
}

CAF_TEST(what is missing stays and what is unknown is skipped) {
  player x{"ann", 5};
  CAF_CHECK(!json_loader::from_json(R"({"new":[{}],"name":"bob","0":null})", x));
  CAF_CHECK(x == (player{"bob", 5}));
  CAF_CHECK(!json_loader::from_json("{}", x));
  CAF_CHECK(x == (player{"bob", 5}));
}

CAF_TEST(numbers have to fit) {
  CAF_CHECK_EQUAL(read<std::int8_t>("-128"), -128);
  CAF_CHECK_EQUAL(fault<std::int8_t>("128"), "out of range");
  CAF_CHECK_EQUAL(fault<std::uint8_t>("256"), "out of range");
  CAF_CHECK_EQUAL(fault<unsigned>("-1"), "out of range");
  CAF_CHECK_EQUAL(fault<std::uint64_t>("18446744073709551616"), "out of range");
  CAF_CHECK_EQUAL(fault<std::int64_t>("9223372036854775808"), "out of range");
  CAF_CHECK_EQUAL(fault<int>("1.5"), "not an integer");
  CAF_CHECK_EQUAL(fault<int>("true"), "not a number");
  CAF_CHECK_EQUAL(fault<int>("null"), "not a number");
  CAF_CHECK_EQUAL(fault<double>("1e999"), "out of range");
  CAF_CHECK_EQUAL(fault<float>("1e99"), "out of range");
  CAF_CHECK_EQUAL(fault<bool>("1"), "neither true nor false");
  CAF_CHECK_EQUAL(fault<color>("256"), "out of range");
  CAF_CHECK_EQUAL(fault<std::chrono::milliseconds>("null"), "not a number");
  using in_ns = std::chrono::sys_time<std::chrono::nanoseconds>;
  CAF_CHECK_EQUAL(fault<in_ns>("9223372036854"), "");
  CAF_CHECK_EQUAL(fault<in_ns>("9223372036855"), "out of range");
}

CAF_TEST(a fault has its place) {
  CAF_CHECK_EQUAL(fault<table>(R"({"players":[{},{},{"score":"x"}]})"),
                  "players[2].score: not a number");
  CAF_CHECK_EQUAL(fault<table>(R"({"hands":{"ann":[1,null]}})"), "hands.ann[1]: not a number");
  CAF_CHECK_EQUAL(fault<table>(R"({"seats":[[1,true],[2]]})"), "seats[1]: too few elements");
  CAF_CHECK_EQUAL(fault<table>(R"({"seats":[[1,true,2]]})"), "seats[0][2]: one too many");
  CAF_CHECK_EQUAL(fault<table>(R"({"places":[{}]})"), "places: too few elements");
  CAF_CHECK_EQUAL(fault<table>(R"({"places":[{},{},{}]})"), "places[2]: one too many");
  CAF_CHECK_EQUAL(fault<table>(R"({"places":[{"1":""}]})"), "places[0].1: not a number");
  CAF_CHECK_EQUAL(fault<table>(R"({"players":{}})"), "players: not an array");
  CAF_CHECK_EQUAL(fault<table>(R"({"hands":[]})"), "hands: not an object");
  CAF_CHECK_EQUAL(fault<table>(R"({"note":5})"), "note: not a text");
  CAF_CHECK_EQUAL(fault<table>(R"({"note":"\ud800"})"), "note: half a character");
  CAF_CHECK_EQUAL(fault<table>(R"({"form":"flat"})"), "form: not one of the words");
  CAF_CHECK_EQUAL(fault<table>("[]"), "not an object");
  CAF_CHECK_EQUAL(fault<table>("{"), "not JSON in UTF-8");
}

CAF_TEST(no text does harm) {
  auto nested = [](int depth) {
    std::string result;
    for (int i = 0; i < depth; ++i)
      result += "{\"b\":[";
    for (int i = 0; i < depth; ++i)
      result += "]}";
    return result;
  };
  CAF_CHECK_EQUAL(fault<tree>(nested(100)), "");
  CAF_CHECK_EQUAL(fault<tree>(nested(100'000)), "not JSON in UTF-8");
  auto seed = std::random_device{}();
  CAF_MESSAGE("seed " << seed);
  maker all{std::mt19937_64{seed}};
  for (int i = 0; i < 2'000; ++i) {
    auto text = json_inspector::to_json(all.make());
    for (auto n = 1 + all.below(3); n > 0; --n) {
      auto at = all.below(text.size());
      static constexpr std::string_view likely = "\"{}[],:0-.e\\tnu";
      switch (all.below(3)) {
      case 0:
        text[at] = static_cast<char>(all.random());
        break;
      case 1:
        text[at] = likely[all.below(likely.size())];
        break;
      default:
        text.erase(at, all.below(8));
        text.push_back(' ');
      }
    }
    table x;
    if (!json_loader::from_json(text, x))
      CAF_CHECK(!json_loader::from_json(json_inspector::to_json(x), x));
  }
}
