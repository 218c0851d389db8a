#define CAF_SUITE envelope_reference_test

#include "caf/test/unit_test.hpp"
#include "support/envelope_reference.hpp"
#include "support/json_damage.hpp"

#include <array>
#include <random>
#include <span>
#include <vector>

using namespace atrium;
using namespace std::literals;

namespace {

using rng = std::mt19937;

template <class Range>
const auto& any_of(const Range& range, rng& random) {
  return range[random() % std::size(range)];
}

struct member {
  std::string_view key;
  std::string_view usual;
};

constexpr std::array<member, 12> usual_members = {{
  {"type", R"("message")"},
  {"v", "1"},
  {"event_id", R"("01HZ")"},
  {"scope", R"("room")"},
  {"room", R"("lobby")"},
  {"user", R"("bob")"},
  {"sender", R"({"user":"ann","connection":"c-1"})"},
  {"ts", "1700000000123"},
  {"trace_id", R"("t1")"},
  {"traceparent", R"("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")"},
  {"data", R"({"n":1,"n":[true,null,"\n"]})"},
  {"later", R"([{"type":"x"}])"},
}};

constexpr std::array values = {
  R"("message")"sv,
  R"("m\u0065ssag\u0065")"sv,
  R"("messages")"sv,
  R"("\"message")"sv,
  R"("room")"sv,
  R"("u\u0073er")"sv,
  R"("all")"sv,
  R"("al")"sv,
  R"("")"sv,
  R"("\u0000")"sv,
  "\"\xE6\x97\xA5\\u65e5\""sv,
  "\"\xE6\x97\""sv,
  R"("00-4BF92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")"sv,
  "0"sv,
  "1"sv,
  "2"sv,
  "-0"sv,
  "-1"sv,
  "1.0"sv,
  "1e0"sv,
  "01"sv,
  "9223372036854775807"sv,
  "9223372036854775808"sv,
  "18446744073709551616"sv,
  "true"sv,
  "null"sv,
  "[]"sv,
  "{}"sv,
  R"({"user":"a","user":7})"sv,
  R"({"connection":"x","us\u0065r":"b","more":[]})"sv,
  R"({"user":{"user":"a"}})"sv,
  R"(["user"])"sv,
};

/// Spells some characters as escapes.
std::string spell(std::string_view key, rng& random) {
  static constexpr auto hex = "0123456789abcdef"sv;
  std::string result;
  for (auto c : key) {
    if (random() % 4 != 0) {
      result += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    result.append("\\u00").push_back(hex[byte >> 4U]);
    result.push_back(hex[byte & 15U]);
  }
  return result;
}

std::string_view any_space(rng& random) {
  static constexpr std::array spaces = {""sv, ""sv, ""sv, " "sv, "\t\r\n"sv};
  return any_of(spaces, random);
}

/// An envelope whose members are shuffled, dropped, doubled and mistaken.
std::string make_envelope(rng& random) {
  std::vector<std::string> members;
  auto add = [&](const member& x) {
    auto key = random() % 16 == 0 ? spell(x.key, random) : std::string{x.key};
    auto value = random() % 16 == 0 ? any_of(values, random) : x.usual;
    members.push_back('"' + key + '"' + std::string{any_space(random)} + ':'
                      + std::string{any_space(random)} + std::string{value});
  };
  for (auto& x : usual_members)
    if (random() % 24 != 0)
      add(x);
  for (auto more = random() % 3; more > 0; --more)
    add(any_of(usual_members, random));
  if (random() % 4 == 0)
    std::ranges::shuffle(members, random);
  std::string text{any_space(random)};
  text += '{';
  for (auto& x : members)
    text.append(&x == members.data() ? "" : ",").append(any_space(random)).append(x);
  return text.append(any_space(random)) + '}';
}

struct score {
  int sound = 0;
  int unknown = 0;
  int malformed = 0;
  int skipped = 0;
};

void compare(const std::string& text, score& counts) {
  auto expected = test::expected_of(text);
  if (!expected) {
    ++counts.skipped;
    return;
  }
  auto packet = "0:" + text;
  auto what = test::difference(*expected, decode_packet(packet));
  if (!what.empty())
    CAF_FAIL(what << " differs for " << text);
  ++(!expected->error                                   ? counts.sound
     : expected->error == packet_error::unknown_version ? counts.unknown
                                                        : counts.malformed);
}

} // namespace

CAF_TEST(an envelope is read as by a plain implementation) {
  rng random{17};
  score counts;
  for (int round = 0; round < 40'000; ++round)
    compare(make_envelope(random), counts);
  CAF_CHECK(counts.sound > 8'000);
  CAF_CHECK(counts.unknown > 1'000);
  CAF_CHECK(counts.malformed > 8'000);
  CAF_CHECK(counts.skipped < 400);
}

CAF_TEST(a damaged envelope is read as by a plain implementation) {
  rng random{19};
  score counts;
  for (int round = 0; round < 40'000; ++round) {
    auto text = make_envelope(random);
    for (auto edits = random() % 3 + 1; edits > 0; --edits)
      damage(text, random);
    compare(text, counts);
  }
  CAF_CHECK(counts.sound > 1'000);
  CAF_CHECK(counts.malformed > 20'000);
  CAF_CHECK(counts.skipped < 4'000);
}

// The other parser refuses the whole text for these.
CAF_TEST(half a surrogate pair makes a text missing and nothing else) {
  auto text_with = [](std::string_view event_id) {
    return R"(0:{"type":"message","v":1,"event_id":")" + std::string{event_id}
           + R"(","scope":"all","ts":1,"trace_id":"\ud800","data":"\udc00"})";
  };
  auto text = text_with("1");
  auto decoded = decode_packet(text);
  CAF_REQUIRE(std::holds_alternative<packet>(decoded));
  CAF_CHECK_EQUAL(std::get<packet>(decoded).about.trace_id, "");
  CAF_CHECK_EQUAL(std::get<packet>(decoded).data, R"("\udc00")"sv);
  auto refused = decode_packet(text_with(R"(\ud800)"));
  CAF_REQUIRE(std::holds_alternative<packet_error>(refused));
  CAF_CHECK(std::get<packet_error>(refused) == packet_error::malformed);
}
