#define CAF_SUITE envelope_test

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/random_id.hpp"

#include "caf/test/unit_test.hpp"

#include <set>

using namespace atrium;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

envelope sample() {
  envelope x;
  x.event_id = "01HZ";
  x.to = scope::room;
  x.target = "a \"b\"";
  x.from = sender{"ann", "c-1"};
  x.time = unix_time{1700000000123ms};
  x.trace_id = "t1";
  x.data = R"({"n":12345678901234567890123, "n":1e999})";
  return x;
}

envelope whole(const packet& x) {
  return {head_as<envelope_head>(x.about), std::string{x.data}};
}

packet_error error_of(std::string_view bytes) {
  auto result = decode_packet(bytes);
  CAF_REQUIRE(std::holds_alternative<packet_error>(result));
  return std::get<packet_error>(result);
}

} // namespace

CAF_TEST(the text is that of the protocol) {
  CAF_CHECK_EQUAL(to_json(sample()),
                  R"({"type":"message","v":1,"event_id":"01HZ","scope":"room","room":"a \"b\"",)"
                  R"("sender":{"user":"ann","connection":"c-1"},"ts":1700000000123,)"
                  R"("trace_id":"t1","data":{"n":12345678901234567890123, "n":1e999}})");
}

CAF_TEST(a message to all has no target and needs no sender) {
  envelope x;
  x.event_id = "1";
  x.to = scope::all;
  x.data = "1";
  CAF_CHECK_EQUAL(to_json(x),
                  R"({"type":"message","v":1,"event_id":"1","scope":"all","ts":0,"data":1})");
}

CAF_TEST(every string is escaped where it has to be) {
  envelope x;
  x.data = "1";
  x.from = sender{};
  std::vector<std::string*> strings{&x.event_id,         &x.target,   &x.from->user,
                                    &x.from->connection, &x.trace_id, &x.traceparent};
  for (auto* each : strings) {
    *each = "\"\\\x01 and more than eight bytes \n\xE6\x97\xA5";
    auto text = to_json(x);
    CAF_CHECK(text.find(R"("\"\\\u0001 and more than eight bytes \u000a)"
                        "\xE6\x97\xA5\"")
              != std::string::npos);
    CAF_CHECK(is_json_value(text));
    CAF_CHECK_EQUAL(encode_packet(x, true, "run"), "0x@run:" + text);
    each->clear();
  }
}

CAF_TEST(a packet decodes to what it was made from) {
  for (auto skip : {false, true}) {
    auto bytes = encode_packet(sample(), skip);
    auto decoded = decode_packet(bytes);
    CAF_REQUIRE(std::holds_alternative<packet>(decoded));
    auto& x = std::get<packet>(decoded);
    CAF_CHECK_EQUAL(x.skip_sender, skip);
    CAF_CHECK_EQUAL(x.json, to_json(sample()));
    CAF_CHECK_EQUAL(to_json(whole(x)), to_json(sample()));
  }
}

CAF_TEST(the header may say where a packet comes from) {
  for (auto skip : {false, true}) {
    auto bytes = encode_packet(sample(), skip, "k3j2h1");
    auto decoded = decode_packet(bytes);
    CAF_REQUIRE(std::holds_alternative<packet>(decoded));
    auto& x = std::get<packet>(decoded);
    CAF_CHECK_EQUAL(x.skip_sender, skip);
    CAF_CHECK_EQUAL(x.source_run, "k3j2h1");
    CAF_CHECK_EQUAL(x.json, to_json(sample()));
  }
  auto text = to_json(sample());
  CAF_CHECK_EQUAL(encode_packet(sample(), false), "0:" + text);
  for (auto header : {"0@:", "0@A:", "0@a b:", "0xx:", "0@a@b:", "0a:", "0@x\xFF:"})
    CAF_CHECK(error_of(header + text) == packet_error::unknown_version);
  CAF_CHECK(error_of("0@" + std::string(33, 'a') + ":" + text) == packet_error::unknown_version);
}

CAF_TEST(the header may say that a packet is the word of an owner) {
  packet_word as;
  as.token = 5;
  as.run = "k3j2h1";
  as.stream = 4;
  as.number = 17;
  auto bytes = encode_packet(sample(), true, {}, as);
  CAF_CHECK_EQUAL(bytes, "0x;t=5;a=k3j2h1.4.17:" + to_json(sample()));
  auto decoded = decode_packet(bytes);
  CAF_REQUIRE(std::holds_alternative<packet>(decoded));
  auto& x = std::get<packet>(decoded);
  CAF_CHECK(x.skip_sender);
  CAF_REQUIRE(x.word);
  CAF_CHECK_EQUAL(x.word->token, 5u);
  CAF_CHECK_EQUAL(x.word->run, "k3j2h1");
  CAF_CHECK_EQUAL(x.word->stream, 4u);
  CAF_CHECK_EQUAL(x.word->number, 17u);
  CAF_CHECK_EQUAL(x.json, to_json(sample()));
  auto plain = decode_packet("0:" + to_json(sample()));
  CAF_CHECK(std::holds_alternative<packet>(plain) && !std::get<packet>(plain).word);
  CAF_CHECK(error_of("0;a=k3j2h1.4.17:" + to_json(sample())) == packet_error::unknown_version);
}

CAF_TEST(a newer node may add fields to the header) {
  auto text = to_json(sample());
  struct header {
    const char* now;
    const char* newer;
  };
  for (auto x : {header{"0", ";offset=17"}, header{"0x", ";epoch=k3=j;offset=17"},
                 header{"0@k3j2h1", ";urgent"}, header{"0x@k3j2h1", ";b=;c=\"{,}\""}}) {
    auto short_one = std::string{x.now} + ':' + text;
    auto long_one = std::string{x.now} + x.newer + ':' + text;
    auto older = decode_packet(short_one);
    auto newer = decode_packet(long_one);
    CAF_REQUIRE(std::holds_alternative<packet>(older));
    CAF_REQUIRE(std::holds_alternative<packet>(newer));
    auto& expected = std::get<packet>(older);
    auto& read = std::get<packet>(newer);
    CAF_CHECK_EQUAL(read.skip_sender, expected.skip_sender);
    CAF_CHECK_EQUAL(read.source_run, expected.source_run);
    CAF_CHECK_EQUAL(read.json, text);
    CAF_CHECK(packet_time(long_one) == sample().time);
  }
}

CAF_TEST(a header that makes no sense or is of another version is unknown) {
  auto text = to_json(sample());
  auto longest = "0;l=" + std::string(packet_header::max_size - 4, 'b');
  CAF_CHECK(std::holds_alternative<packet>(decode_packet(longest + ':' + text)));
  for (auto header : {"1"s, "1;l=1"s, "00"s, "0;"s, ";l=1"s, "0;l=1;"s, "0;;l"s, "0;=1"s, "0;L=1"s,
                      "0;l=b c"s, "0;l=\xFF"s, "0;l@b"s, "0;x@run"s, longest + 'b'})
    CAF_CHECK(error_of(header + ':' + text) == packet_error::unknown_version);
}

CAF_TEST(a traceparent travels and a malformed one is dropped) {
  auto x = sample();
  x.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  auto text = to_json(x);
  CAF_CHECK(text.find(R"("trace_id":"t1","traceparent":"00-4bf92f)") != text.npos);
  auto read = [](const std::string& bytes) {
    auto decoded = decode_packet(bytes);
    CAF_REQUIRE(std::holds_alternative<packet>(decoded));
    return std::string{std::get<packet>(decoded).about.traceparent};
  };
  CAF_CHECK_EQUAL(read("0:" + text), x.traceparent);
  text.replace(text.find("00-4bf9"), 2, "zz");
  CAF_CHECK_EQUAL(read("0:" + text), "");
}

CAF_TEST(unknown versions are told from damage) {
  auto text = to_json(sample());
  CAF_CHECK(error_of("7:" + text) == packet_error::unknown_version);
  text.replace(text.find("\"v\":1"), 5, "\"v\":2");
  CAF_CHECK(error_of("0:" + text) == packet_error::unknown_version);
}

CAF_TEST(damaged packets are refused) {
  for (auto text :
       {"", "0:", "0:x", "hello", "0:{}", R"(0:{"v":1})", "0:[]", R"(0:{"type":"message"})"})
    CAF_CHECK(error_of(text) == packet_error::malformed);
}

CAF_TEST(every field of a packet is checked) {
  auto packet_of = [](std::string_view fields) {
    return "0:{" + std::string{fields} + R"(,"v":1,"event_id":"1"})";
  };
  auto good = packet_of(R"("type":"message","scope":"all","ts":1,"data":1)");
  CAF_CHECK(std::holds_alternative<packet>(decode_packet(good)));
  for (auto fields :
       {R"("type":"message","scope":"room","ts":1)",
        R"("type":"message","scope":"nobody","ts":1,"data":1)",
        R"("type":"message","scope":"all","ts":-1,"data":1)",
        R"("type":"message","scope":"all","ts":9223372036854775808,"data":1)",
        "\"type\":\"message\",\"scope\":\"all\",\"ts\":1,\"data\":\"\xFF\"",
        R"("type":"closing","scope":"all","ts":1,"data":1)",
        R"("type":7,"scope":"all","ts":1,"data":1)", R"("scope":"all","ts":1,"data":1)"})
    CAF_CHECK(error_of(packet_of(fields)) == packet_error::malformed);
}

CAF_TEST(every cut of a packet is refused) {
  auto bytes = encode_packet(sample(), false);
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CAF_CHECK(std::holds_alternative<packet_error>(decode_packet(bytes.substr(0, n))));
}

CAF_TEST(ids are unique and sort by time) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i)
    ids.insert(make_ulid(unix_time{1ms}));
  CAF_CHECK_EQUAL(ids.size(), 10'000U);
  CAF_CHECK(*ids.rbegin() < make_ulid(unix_time{2ms}));
  CAF_CHECK_EQUAL(make_ulid(unix_time{1469918176385ms}).substr(0, 10), "01ARYZ6S41");
}
