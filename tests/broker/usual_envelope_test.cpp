#define CAF_SUITE usual_envelope_test

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/usual_envelope.hpp"

#include "caf/test/unit_test.hpp"
#include "support/json_damage.hpp"

#include <random>
#include <string>
#include <vector>

using namespace atrium;
using namespace std::literals;

namespace {

using rng = std::mt19937;

struct read {
  explicit read(std::string_view text) : is_usual(read_usual_envelope(text, about, data)) {
    // nop
  }

  packet_head about;
  std::string_view data;
  bool is_usual;
};

envelope sample(scope to) {
  envelope x;
  x.event_id = "01M8H549YHHH2C8V37AVGBB65Q";
  x.to = to;
  x.target = to == scope::all ? "" : "J\xC3\xBCrgen's room";
  x.time = unix_time{1795872139217ms};
  x.data = R"({"type":"x","data":[1,"\n"]})";
  return x;
}

/// With and without everything that a message may lack.
std::vector<envelope> samples() {
  std::vector<envelope> result;
  for (auto to : {scope::room, scope::user, scope::all})
    for (auto parts = 0U; parts < 16; ++parts) {
      auto x = sample(to);
      if ((parts & 1U) != 0)
        x.from = sender{"ann", "ar86dmr8-49"};
      if ((parts & 2U) != 0)
        x.trace_id = "t1";
      if ((parts & 4U) != 0)
        x.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
      if ((parts & 8U) != 0)
        x.time = unix_time{};
      result.push_back(x);
    }
  return result;
}

bool same(const packet_head& a, const packet_head& b) {
  auto same_sender
    = a.from.has_value() == b.from.has_value()
      && (!a.from || (a.from->user == b.from->user && a.from->connection == b.from->connection));
  return same_sender && a.event_id == b.event_id && a.to == b.to && a.target == b.target
         && a.time == b.time && a.trace_id == b.trace_id && a.traceparent == b.traceparent;
}

// No node writes the space: what is behind it is read as any other envelope.
void compare(const std::string& text, int& accepted) {
  auto usual = "0:" + text;
  auto spaced = "0: " + text;
  auto a = decode_packet(usual);
  auto b = decode_packet(spaced);
  CAF_REQUIRE(!read{" " + text}.is_usual);
  if (a.index() != b.index())
    CAF_FAIL("one is refused: " << text);
  if (auto* error = std::get_if<packet_error>(&a)) {
    CAF_REQUIRE(*error == std::get<packet_error>(b));
    return;
  }
  auto& x = std::get<packet>(a);
  auto& y = std::get<packet>(b);
  if (!same(x.about, y.about) || x.data != y.data)
    CAF_FAIL("read in two ways: " << text);
  ++accepted;
}

} // namespace

CAF_TEST(what nodes write is usual) {
  for (auto& x : samples()) {
    auto text = to_json(x);
    read got{text};
    CAF_REQUIRE(got.is_usual);
    CAF_CHECK(same(got.about, head_as<packet_head>(static_cast<envelope_head&>(x))));
    CAF_CHECK_EQUAL(got.data, x.data);
  }
}

CAF_TEST(what is read stands in the text) {
  auto text = to_json(sample(scope::room));
  auto within = [&](std::string_view x) {
    return x.data() >= text.data() && x.data() + x.size() <= text.data() + text.size();
  };
  read got{text};
  CAF_REQUIRE(got.is_usual);
  CAF_CHECK(within(got.about.event_id) && within(got.about.target) && within(got.data));
}

CAF_TEST(texts with escapes are for the other reader) {
  auto x = sample(scope::room);
  x.target = "a \"b\"";
  auto text = to_json(x);
  CAF_CHECK(!read{text}.is_usual);
  auto bytes = "0:" + text;
  auto decoded = decode_packet(bytes);
  CAF_REQUIRE(std::holds_alternative<packet>(decoded));
  auto copy = std::get<packet>(decoded);
  decoded = packet_error::malformed;
  CAF_CHECK_EQUAL(copy.about.target, x.target);
}

CAF_TEST(times are read as others read them) {
  auto whole = to_json(sample(scope::room));
  int accepted = 0;
  for (auto time : {"0", "00", "01", "-1", "-0", "", " 1", "1 ", "1.0", "1e3", "999999999999999999",
                    "1000000000000000000", "9223372036854775807", "9223372036854775808",
                    "18446744073709551616", "\"1\"", "null"}) {
    auto text = whole;
    text.replace(text.find("1795872139217"), 13, time);
    compare(text, accepted);
  }
  CAF_CHECK_EQUAL(accepted, 6);
}

CAF_TEST(data is nested as deeply as others read it) {
  for (auto depth : {254, 255, 256, 257}) {
    auto x = sample(scope::all);
    auto levels = static_cast<std::size_t>(depth);
    x.data = std::string(levels, '[') + std::string(levels, ']');
    int accepted = 0;
    compare(to_json(x), accepted);
    CAF_CHECK_EQUAL(accepted, depth < 256 ? 1 : 0);
  }
}

CAF_TEST(what is cut or damaged is read as by the other reader) {
  rng random{23};
  int accepted = 0;
  int cut = 0;
  for (auto& x : samples()) {
    auto text = to_json(x);
    for (std::size_t n = 0; n < text.size(); ++n)
      compare(text.substr(0, n), cut);
    for (int round = 0; round < 1'000; ++round) {
      auto other = text;
      for (auto edits = random() % 2 + 1; edits > 0; --edits)
        damage(other, random);
      compare(other, accepted);
    }
  }
  CAF_CHECK_EQUAL(cut, 0);
  CAF_CHECK(accepted > 5'000);
}
