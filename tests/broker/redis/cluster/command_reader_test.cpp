#define CAF_SUITE command_reader_test

#include "atrium/broker/redis/cluster/command_reader.hpp"
#include "atrium/broker/redis/resp.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

namespace {

// The key of a command, behind which others follow.
std::string key_of(std::initializer_list<std::string_view> args) {
  std::string bytes;
  append_command(bytes, args);
  auto size = bytes.size();
  append_command(bytes, {"PING", "other"});
  auto x = read_command(bytes);
  CAF_CHECK_EQUAL(x.size, size);
  return x.has_key ? std::string{x.key} : "none";
}

} // namespace

CAF_TEST(the key is the first argument) {
  CAF_CHECK_EQUAL(key_of({"SPUBLISH", "{a}", "text\r\n$3\r\nabc"}), "{a}");
  CAF_CHECK_EQUAL(key_of({"HDEL", "", "x"}), "");
  CAF_CHECK_EQUAL(key_of({"HDEL", std::string(100'000, 'k'), "x"}), std::string(100'000, 'k'));
}

CAF_TEST(the key of a script is its first key) {
  CAF_CHECK_EQUAL(key_of({"EVALSHA", "sha", "2", "{k}:h", "{k}:i", "x"}), "{k}:h");
  CAF_CHECK_EQUAL(key_of({"EVALSHA_RO", "sha", "1", "k"}), "k");
}

CAF_TEST(some commands have no key) {
  CAF_CHECK_EQUAL(key_of({"TIME"}), "none");
}

CAF_TEST(there may be no whole command) {
  std::string bytes;
  append_command(bytes, {"HDEL", "key", "x"});
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CAF_CHECK_EQUAL(read_command(std::string_view{bytes}.substr(0, i)).size, 0U);
  for (auto nonsense : {"PING\r\n", "*1\r\n+PING\r\n", "*x\r\n", "*1\r\n$-1\r\n"})
    CAF_CHECK_EQUAL(read_command(nonsense).size, 0U);
}
