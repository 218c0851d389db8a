#define CAF_SUITE flat_reply_test

// The reader of replies compared with hiredis alone, as its own program would
// use it: they find the same replies and the same end.

#include "atrium/broker/redis/flat_reply.hpp"
#include "atrium/broker/redis/resp.hpp"

#include "caf/test/unit_test.hpp"
#include "support/hiredis_replies.hpp"

#include <array>
#include <random>
#include <string>

using namespace atrium;
using namespace std::string_literals;
using atrium::test::by_hiredis;
using atrium::test::show;
using atrium::test::shown_replies;

namespace {

using random_bits = std::minstd_rand;

// The bytes of one read are gone when the next one comes.
shown_replies by_reader(std::string_view bytes, random_bits& random, std::size_t longest) {
  shown_replies out;
  resp_reader reader;
  while (!bytes.empty() && !out.broken) {
    std::string read{bytes.substr(0, 1 + random() % longest)};
    bytes.remove_prefix(read.size());
    out.broken = reader.feed(read, [&](resp_reply reply) {
      out.replies.push_back(show(reply));
      return true;
    }) == resp_reader::result::broken;
  }
  return out;
}

std::string bulk(const std::string& text) {
  return '$' + std::to_string(text.size()) + "\r\n" + text + "\r\n";
}

std::string text_of(random_bits& random) {
  std::string result;
  for (auto n = random() % 16 == 0 ? random() % 3'000 : random() % 25; n > 0; --n)
    result += "ab\r\n$*:1\0"[random() % 9];
  return result;
}

std::string reply_of(random_bits& random, int depth = 0) {
  switch (random() % (depth < 5 ? 11 : 7)) {
  case 0:
    return ':' + std::to_string(random() % 1'000) + "\r\n";
  case 1:
    return ":-" + std::to_string(1 + random() % 1'000) + "\r\n";
  case 2:
    return "+OK\r\n";
  case 3:
    return "-LOADING wait\r\n";
  case 4:
    return "$-1\r\n";
  case 5:
  case 6:
    return bulk(text_of(random));
  case 7:
  case 8:
    return "*3\r\n$7\r\nmessage\r\n" + bulk(text_of(random)) + bulk(text_of(random));
  case 9:
    return "*3\r\n$9\r\nsubscribe\r\n" + bulk(text_of(random)) + ":1\r\n";
  default: {
    auto n = random() % 6;
    auto result = '*' + std::to_string(n) + "\r\n";
    for (; n > 0; --n)
      result += reply_of(random, depth + 1);
    return result;
  }
  }
}

std::string stream_of(random_bits& random) {
  std::string result;
  for (auto n = random() % 20; n > 0; --n)
    result += reply_of(random);
  return result;
}

} // namespace

CAF_TEST(a reply is read where it lies) {
  flat_reply subject;
  for (std::size_t size = 0; size <= 24; ++size) {
    auto text = std::string(size, 'x');
    auto bytes = "*3\r\n$7\r\nmessage\r\n" + bulk("room") + bulk(text) + ":7\r\n";
    std::string_view left = bytes;
    auto reply = subject.take(left);
    CAF_REQUIRE_EQUAL(reply.size(), 4U);
    CAF_CHECK(is_message(reply));
    CAF_CHECK_EQUAL(reply[3].text, text);
    CAF_CHECK(reply[3].text.data() == left.data() - 2 - size);
    CAF_CHECK_EQUAL(left, ":7\r\n");
    CAF_CHECK_EQUAL(show(subject.take(left)),
                    show(std::array{resp_node{resp_type::integer, 7, {}}}));
    CAF_CHECK(left.empty());
    CAF_CHECK(subject.take(left).empty());
  }
}

CAF_TEST(what is not whole is left alone) {
  flat_reply subject;
  auto bytes = "*3\r\n$7\r\nmessage\r\n$4\r\nroom\r\n$12\r\nhello\r\nworld\r\n"s;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    auto left = std::string_view{bytes}.substr(0, n);
    CAF_CHECK(subject.take(left).empty());
    CAF_CHECK_EQUAL(left.size(), n);
  }
}

CAF_TEST(what is not flat is left alone) {
  flat_reply subject;
  for (auto text : {"+OK\r\n", "-ERR\r\n", ":-1\r\n", ":\r\n", ":01\r\n", ":+1\r\n", ":1\n",
                    "$-1\r\n", "$00\r\n\r\n", "$1\r\nab\r\n", "$0\r\nxx", "*-1\r\n", "*1\r\n*0\r\n",
                    "*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n", ":1000000000000000000\r\n",
                    "$99999999999999999999\r\n\r\n", "$999999999999999999\r\nab\r\n", "\r\n"}) {
    std::string_view left = text;
    CAF_CHECK(subject.take(left).empty());
    CAF_CHECK_EQUAL(left, text);
  }
}

CAF_TEST(the reader finds what hiredis finds) {
  random_bits random{11};
  for (int round = 0; round < 1'000; ++round) {
    auto bytes = stream_of(random);
    auto expected = by_hiredis(bytes);
    CAF_REQUIRE(!expected.broken);
    for (std::size_t longest : {1U, 9U, 300U, 40'000U})
      CAF_REQUIRE(by_reader(bytes, random, longest) == expected);
  }
}

CAF_TEST(the reader finds what hiredis finds in damaged bytes) {
  random_bits random{12};
  std::size_t broken = 0;
  for (int round = 0; round < 5'000; ++round) {
    auto bytes = stream_of(random);
    for (auto n = 1 + random() % 4; n > 0 && !bytes.empty(); --n)
      bytes[random() % bytes.size()] = "$*:+-019\r\nx"[random() % 11];
    auto expected = by_hiredis(bytes);
    broken += expected.broken;
    for (std::size_t longest : {3U, 40'000U})
      CAF_REQUIRE(by_reader(bytes, random, longest) == expected);
  }
  CAF_CHECK(broken > 0);
}
