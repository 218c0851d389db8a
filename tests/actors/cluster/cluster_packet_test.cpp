#define CAF_SUITE cluster_packet_test

#include "atrium/actors/cluster/cluster_packet.hpp"

#include "caf/test/unit_test.hpp"

#include <random>

using namespace atrium;

namespace {

using error = cluster_packet_error;

bool is(error expected, std::string_view bytes) {
  auto x = decode_cluster_packet(bytes);
  auto* found = std::get_if<error>(&x);
  return found != nullptr && *found == expected;
}

std::string answer_with(std::string body) {
  return encode(answered{1, "n1", "r1", fit_answer(std::move(body))});
}

std::string read_answer(std::string_view bytes) {
  auto x = decode_cluster_packet(bytes);
  auto* found = std::get_if<answered>(&x);
  return found != nullptr ? found->json : "none";
}

} // namespace

CAF_TEST(a question is read as it was written) {
  asked x{7, "r1", {"room", "the \"lobby\"\n"}};
  auto read = decode_cluster_packet(encode(x));
  auto* y = std::get_if<asked>(&read);
  CAF_REQUIRE(y != nullptr);
  CAF_CHECK_EQUAL(y->id, 7U);
  CAF_CHECK_EQUAL(y->run, "r1");
  CAF_CHECK_EQUAL(y->what.kind, "room");
  CAF_CHECK_EQUAL(y->what.name, x.what.name);
}

CAF_TEST(an answer is read as it was written) {
  auto read = decode_cluster_packet(encode(answered{8, "n1", "r1", "{\"a\":[1,2]}"}));
  auto* y = std::get_if<answered>(&read);
  CAF_REQUIRE(y != nullptr);
  CAF_CHECK_EQUAL(y->id, 8U);
  CAF_CHECK_EQUAL(y->node, "n1");
  CAF_CHECK_EQUAL(y->run, "r1");
  CAF_CHECK_EQUAL(y->json, "{\"a\":[1,2]}");
  CAF_CHECK_EQUAL(read_answer(answer_with("")), "");
}

CAF_TEST(an answer that cannot be sent is an error) {
  CAF_CHECK_EQUAL(read_answer(answer_with("{\"a\":")), R"({"error":"internal"})");
  CAF_CHECK_EQUAL(read_answer(answer_with("1},{\"x\":1")), R"({"error":"internal"})");
  CAF_CHECK_EQUAL(read_answer(answer_with("1,\"run\":\"r2\"")), R"({"error":"internal"})");
  CAF_CHECK_EQUAL(read_answer(answer_with("\"\xff\"")), R"({"error":"internal"})");
  auto most = '"' + std::string(max_answer_bytes - 2, 'x') + '"';
  CAF_CHECK_EQUAL(read_answer(answer_with(most)), most);
  CAF_CHECK_EQUAL(read_answer(answer_with(most + ' ')), R"({"error":"too_large"})");
}

CAF_TEST(newer versions and kinds are told from what is broken) {
  CAF_CHECK(is(error::unknown, R"({"v":2,"type":"ask"})"));
  CAF_CHECK(is(error::unknown, R"({"v":1,"type":"shout","id":1})"));
  for (auto broken : {
         "",
         "null",
         "[]",
         "{}",
         "\xff",
         R"({"v":"1"})",
         R"({"v":1})",
         R"({"v":1,"type":"ask"})",
         R"({"v":1,"type":"ask","id":-1,"run":"r","kind":"k","name":"n"})",
         R"({"v":1,"type":"ask","id":1,"run":"","kind":"k","name":"n"})",
         R"({"v":1,"type":"ask","id":1,"run":"r","kind":1,"name":"n"})",
         R"({"v":1,"type":"answer","id":1,"run":"r","node":"n"})",
         R"({"v":1,"type":"answer","id":1,"node":"n","body":1})",
         R"({"v":1,"type":"answer","id":1,"run":"r","node":"n","body":1)",
       })
    CAF_CHECK(is(error::malformed, broken));
}

CAF_TEST(packets that are too long are not even read) {
  asked x{1, "r1", {"room", std::string(max_question_bytes, 'x')}};
  CAF_CHECK(is(error::malformed, encode(x)));
  auto longest = std::string(max_answer_bytes + 10'000, 'x');
  CAF_CHECK(is(error::malformed, encode(answered{1, "n", "r", '"' + longest + '"'})));
}

CAF_TEST(damaged packets never throw) {
  std::minstd_rand random{1};
  auto pick = [&](std::size_t n) { return std::size_t{random()} % n; };
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = i % 2 == 0 ? encode(asked{1, "r1", {"room", "lobby"}}) : answer_with("{\"a\":1}");
    for (auto n = 1 + pick(4); n > 0; --n)
      bytes[pick(bytes.size())] = static_cast<char>(random());
    bytes.resize(pick(4) == 0 ? pick(bytes.size()) : bytes.size());
    auto x = decode_cluster_packet(bytes);
    refused += std::holds_alternative<error>(x) ? 1U : 0U;
    // What is accepted can be sent on.
    if (auto* y = std::get_if<asked>(&x))
      CAF_CHECK(std::holds_alternative<asked>(decode_cluster_packet(encode(*y))));
    else if (auto* z = std::get_if<answered>(&x))
      CAF_CHECK(std::holds_alternative<answered>(decode_cluster_packet(encode(*z))));
  }
  CAF_CHECK(refused > 10'000);
}
