#define CAF_SUITE resp_test

#include "atrium/broker/redis/resp.hpp"

#include "caf/test/unit_test.hpp"

#include <random>
#include <string>
#include <vector>

using namespace atrium;

namespace {

// Writes a reply down as text, so that replies can be compared.
std::string show(resp_reply reply) {
  std::string out;
  for (auto& node : reply) {
    switch (node.type) {
    case resp_type::string:
      out += '"' + std::string{node.text} + '"';
      break;
    case resp_type::array:
      out += '[' + std::to_string(node.value);
      break;
    case resp_type::integer:
      out += ':' + std::to_string(node.value);
      break;
    case resp_type::nil:
      out += '_';
      break;
    case resp_type::status:
      out += '+' + std::string{node.text};
      break;
    case resp_type::error:
      out += '-' + std::string{node.text};
      break;
    }
    out += ' ';
  }
  return out;
}

struct outcome {
  std::vector<std::string> replies;
  bool broken = false;
};

outcome decode(const std::vector<std::string_view>& parts) {
  outcome out;
  resp_reader reader;
  for (auto part : parts) {
    auto result = reader.feed(part, [&](resp_reply reply) {
      out.replies.push_back(show(reply));
      return true;
    });
    out.broken = out.broken || result == resp_reader::result::broken;
    if (out.broken)
      break;
  }
  return out;
}

using namespace std::string_literals;

const auto sample = "+OK\r\n"
                    "-NOPERM no\r\n"
                    ":-42\r\n"
                    "$-1\r\n"
                    "$0\r\n\r\n"
                    "$6\r\na\r\nb\0c\r\n"
                    "*0\r\n"
                    "*3\r\n$7\r\nmessage\r\n$4\r\nroom\r\n$2\r\nhi\r\n"
                    "*2\r\n*1\r\n:1\r\n*-1\r\n"s;

const std::vector<std::string> sample_replies
  = {"+OK ",       "-NOPERM no ",     ":-42 ", "_ ",
     "\"\" ",      "\"a\r\nb\0c\" "s, "[0 ",   "[3 \"message\" \"room\" \"hi\" ",
     "[2 [1 :1 _ "};

} // namespace

CAF_TEST(formats a command as an array of strings) {
  std::string out = "before ";
  append_command(out, {"PUBLISH", "room", "a\r\nb"});
  CAF_CHECK_EQUAL(out, "before *3\r\n$7\r\nPUBLISH\r\n$4\r\nroom\r\n$4\r\na\r\nb\r\n");
}

CAF_TEST(formats arguments of all lengths in their order) {
  for (std::size_t longest : {0, 90, 95, 96, 97, 98, 200, 300, 5000}) {
    std::string expected = "*40\r\n";
    std::vector<std::string> args;
    for (std::size_t i = 0; i < 40; ++i) {
      auto& arg = args.emplace_back(i % 3 == 0 ? longest : i * 5, static_cast<char>('a' + i % 26));
      expected += "$" + std::to_string(arg.size()) + "\r\n" + arg + "\r\n";
    }
    std::string out;
    append_command_head(out, args.size());
    for (auto& arg : args)
      append_argument(out, arg);
    CAF_CHECK_EQUAL(out, expected);
    std::string whole;
    append_command(whole, {args[0], args[1], args[3], args[25], args[5]});
    std::string parts;
    append_command_head(parts, 5);
    for (auto i : {0, 1, 3, 25, 5})
      append_argument(parts, args[static_cast<std::size_t>(i)]);
    CAF_CHECK_EQUAL(whole, parts);
  }
}

CAF_TEST(formats a command argument by argument) {
  std::string whole;
  std::string parts;
  append_command(whole, {"SUBSCRIBE", "", "b"});
  append_command_head(parts, 3);
  for (auto arg : {"SUBSCRIBE", "", "b"})
    append_argument(parts, arg);
  CAF_CHECK_EQUAL(parts, whole);
}

CAF_TEST(decodes every type of reply) {
  auto out = decode({sample});
  CAF_CHECK(!out.broken);
  CAF_CHECK_EQUAL(out.replies, sample_replies);
}

CAF_TEST(decodes the same replies wherever the bytes are split) {
  auto all = std::string_view{sample};
  for (std::size_t i = 0; i <= all.size(); ++i)
    for (std::size_t j = i; j <= all.size(); ++j) {
      auto out = decode({all.substr(0, i), all.substr(i, j - i), all.substr(j)});
      if (out.broken || out.replies != sample_replies)
        CAF_FAIL("split at " << i << " and " << j);
    }
}

CAF_TEST(decodes replies larger than a slice) {
  auto payload = std::string(100'000, 'x');
  auto bytes = "$100000\r\n" + payload + "\r\n:1\r\n";
  auto out = decode({bytes});
  CAF_REQUIRE_EQUAL(out.replies.size(), 2u);
  CAF_CHECK_EQUAL(out.replies[0], '"' + payload + "\" ");
  CAF_CHECK_EQUAL(out.replies[1], ":1 ");
}

CAF_TEST(tells messages and errors apart from the rest) {
  resp_reader reader;
  std::string seen;
  reader.feed(sample + "-LOADING wait\r\n", [&](resp_reply reply) {
    seen += is_message(reply) ? 'm' : is_not_ready(reply) ? 'n' : is_error(reply) ? 'e' : '.';
    return true;
  });
  CAF_CHECK_EQUAL(seen, ".e.....m.n");
}

CAF_TEST(a nested reply is no push) {
  resp_reader reader;
  int pushes = 0;
  reader.feed("*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\np\r\n"
              "*2\r\n$7\r\nmessage\r\n*1\r\n$1\r\np\r\n"
              "*2\r\n$9\r\nsubscribe\r\n*1\r\n:1\r\n",
              [&](resp_reply reply) {
                CAF_CHECK_EQUAL(reply.size(), 4u);
                pushes += is_push(reply) ? 1 : 0;
                return true;
              });
  CAF_CHECK_EQUAL(pushes, 1);
}

CAF_TEST(an error is logged without the arguments that it repeats) {
  CAF_CHECK_EQUAL(
    loggable("ERR unknown command 'PUBLISH', with args beginning with: 'a' 'secret' "),
    "ERR unknown command 'PUBLISH'");
  CAF_CHECK_EQUAL(loggable("NOAUTH Authentication required."), "NOAUTH Authentication required.");
}

CAF_TEST(stops when the callback has seen enough) {
  resp_reader reader;
  int calls = 0;
  auto result = reader.feed(sample, [&](resp_reply) { return ++calls < 2; });
  CAF_CHECK(result == resp_reader::result::stopped);
  CAF_CHECK_EQUAL(calls, 2);
}

CAF_TEST(reports bytes that are not the protocol) {
  for (auto text : {"HTTP/1.1 400 Bad Request\r\n", "*99999999999\r\n", "$-7\r\n", "\r\n"})
    CAF_CHECK(decode({text}).broken);
}

CAF_TEST(survives mutated bytes) {
  std::minstd_rand random{42};
  auto below = [&random](std::size_t limit) { return random() % limit; };
  std::size_t broken = 0;
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = sample;
    for (auto n = 1 + below(4); n > 0; --n)
      bytes[below(bytes.size())] = static_cast<char>(below(256));
    auto all = std::string_view{bytes};
    auto split = below(all.size());
    broken += decode({all.substr(0, split), all.substr(split)}).broken;
  }
  CAF_CHECK(broken > 0);
}
