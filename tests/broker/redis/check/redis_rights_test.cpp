#define CAF_SUITE redis_rights_test

#include "atrium/broker/redis/check/redis_rights.hpp"
#include "atrium/broker/redis/scripts.hpp"

#include "caf/test/unit_test.hpp"
#include "support/resp_nodes.hpp"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

using namespace atrium;

namespace {

using test::error_reply;

redis_needs all_needs() {
  return {.name_space = "prod:chat",
          .users = true,
          .history = true,
          .presence = true,
          .inbox = true,
          .events = true,
          .owners = true};
}

redis_address address_of(const std::string& text) {
  return parse_redis_address(text).address.value();
}

// Everything is allowed, but for what `refuse` has an error for.
template <class F>
std::vector<redis_finding> ask(const redis_needs& needs, const std::string& url, F refuse) {
  rights_check check{needs, address_of(url)};
  for (auto& words : check.questions())
    if (auto error = std::string{refuse(words)}; !error.empty())
      check.on_reply(error_reply{error});
    else
      check.on_reply(std::vector<resp_node>{{resp_type::status, 0, "OK"}});
  redis_report report;
  check.report(report);
  return report.worst_first();
}

std::vector<redis_finding> ask_of_one(const std::string& command, const std::string& error) {
  return ask(all_needs(), "redis://ann:x@host",
             [&](auto& words) { return words.front() == command ? error : ""; });
}

std::set<std::string> commands_in(const std::string& rules) {
  std::set<std::string> result;
  std::istringstream words{rules};
  for (std::string word; words >> word;)
    if (word.starts_with('+'))
      result.insert(word.substr(1));
  return result;
}

// The rules of the n-th user in the README.
std::string rules_in_readme(int n) {
  std::ifstream file{REDIS_README};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::size_t at = 0;
  for (; n >= 0; --n)
    at = text.find("ACL SETUSER atrium ", at) + 1;
  return text.substr(at, text.find("\n\n", at) - at);
}

} // namespace

CAF_TEST(the README lists the rights that are checked and no others) {
  std::set<std::string> plain;
  std::set<std::string> cluster;
  for (auto& x : all_redis_rights())
    (x.feature == redis_feature::cluster ? cluster : plain).emplace(x.rule);
  auto rules = rules_in_readme(0);
  CAF_CHECK(commands_in(rules) == plain);
  CAF_CHECK(commands_in(rules_in_readme(1)) == cluster);
  for (auto& x : ask(all_needs(), "redis://host",
                     [](auto&) { return "NOPERM No permissions to access a key"; })) {
    auto patterns = x.text.substr(x.text.find("default ~") + 8);
    std::istringstream words{patterns.substr(0, patterns.find(')'))};
    for (std::string word; words >> word;)
      CAF_CHECK(rules.find(word) != rules.npos);
  }
}

CAF_TEST(what a script calls is among the rights of its feature) {
  using enum redis_feature;
  struct {
    std::string_view text;
    std::set<redis_feature> of;
  } scripts[] = {{heartbeat_script, {basics}},
                 {lease_script, {basics}},
                 {limiter_script, {users}},
                 {history_append_script, {history}},
                 {history_read_script, {history}},
                 {presence_script, {presence}},
                 {presence_reap_script, {presence}},
                 {inbox_put_script, {inbox}},
                 {inbox_read_script, {inbox}},
                 {inbox_ack_script, {inbox}},
                 {inbox_dead_script, {inbox}},
                 {events_script, {events}},
                 {room_owner_script, {basics, owners}},
                 {room_word_script, {history, owners}}};
  const std::regex call{"redis\\.p?call\\('(\\w+)'"};
  for (auto& [text, of] : scripts) {
    std::set<std::string> rules{"TIME"}; // which has no key
    for (auto& x : all_redis_rights())
      if (of.contains(x.feature))
        rules.emplace(x.form.substr(0, x.form.find(' ')));
    std::string lua{text};
    auto calls = 0;
    for (std::sregex_iterator i{lua.begin(), lua.end(), call}, end; i != end; ++i, ++calls) {
      auto name = (*i)[1].str();
      if (!rules.contains(name))
        CAF_FAIL("a script calls " << name);
    }
    CAF_CHECK(calls != 0);
  }
}

CAF_TEST(what is allowed is no finding) {
  for (auto url : {"redis://host", "redis://host/3", "redis-cluster://host"})
    CAF_CHECK(ask(all_needs(), url, [](auto&) { return ""; }).empty());
}

// The words of Redis 7.0 and those of 7.2.
CAF_TEST(a missing command is an error that names the cure) {
  for (std::string who : {"this user", "User ann"}) {
    auto found = ask(all_needs(), "redis://ann:x@host", [&](auto& words) {
      auto is_hit = words.front() == "HSET" || words.front() == "SCRIPT";
      return is_hit ? "NOPERM " + who + " has no permissions to run the 'x' command" : "";
    });
    CAF_REQUIRE_EQUAL(found.size(), 1u);
    CAF_CHECK(found[0].severity == redis_severity::error);
    CAF_CHECK_EQUAL(found[0].text, "the user ann lacks the right to commands that the node needs "
                                   "(ACL SETUSER ann +script|load +hset)");
  }
}

CAF_TEST(a missing pattern is an error that names it) {
  for (auto text :
       {"NOPERM this user has no permissions to access one of the keys used as arguments",
        "NOPERM No permissions to access a key"}) {
    auto found = ask_of_one("ZCOUNT", text);
    CAF_REQUIRE_EQUAL(found.size(), 1u);
    CAF_CHECK_EQUAL(found[0].text, "the user ann lacks the right to keys of the node "
                                   "(ACL SETUSER ann ~{prod:chat:nodes}:*)");
  }
  auto found = ask_of_one("PUBLISH", "NOPERM No permissions to access a channel");
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(found[0].text, "the user ann lacks the right to channels of the node "
                                 "(ACL SETUSER ann &{prod:chat:*)");
}

CAF_TEST(a node does without some commands) {
  auto found = ask_of_one("INFO", "NOPERM this user has no permissions to run the 'info' command");
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK(found[0].severity == redis_severity::warning);
  CAF_CHECK(found[0].text.find("+info): offsets") != std::string::npos);
}

CAF_TEST(a command that the server has not got is named) {
  auto found = ask_of_one("HRANDFIELD", "ERR unknown command 'HRANDFIELD', with args");
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK_EQUAL(found[0].text, "the server has no command hrandfield, which the node needs");
}

CAF_TEST(a server that takes no writes says why once) {
  auto found = ask(all_needs(), "redis://host", [](auto& words) {
    return words.front() == "SET" ? "NOREPLICAS Not enough good replicas to write." : "";
  });
  CAF_REQUIRE_EQUAL(found.size(), 1u);
  CAF_CHECK(found[0].severity == redis_severity::error);
  CAF_CHECK(found[0].text.find("NOREPLICAS") != std::string::npos);
}

CAF_TEST(what no option asks for needs no right) {
  redis_needs none{.name_space = "a:b", .users = false, .inbox = false};
  for (auto& words : rights_check{none, address_of("redis://host")}.questions()) {
    CAF_CHECK(words.front() != "XADD" && words.front() != "SELECT" && words.front() != "SADD");
    CAF_CHECK(words.front().find("SPUBLISH") == std::string::npos);
  }
}

CAF_TEST(a cluster needs other commands for channels) {
  auto questions = rights_check{all_needs(), address_of("redis-cluster://host")}.questions();
  std::set<std::string> asked;
  for (auto& words : questions)
    asked.insert(words.front());
  CAF_CHECK(asked.contains("SPUBLISH") && asked.contains("CLUSTER"));
  CAF_CHECK(!asked.contains("PUBLISH") && !asked.contains("SUBSCRIBE"));
}

// In a Redis that is in use, too: no key of a node ends like this.
CAF_TEST(no key that a node uses is touched) {
  for (auto& words : rights_check{all_needs(), address_of("redis://host")}.questions())
    for (auto& x : words)
      if (x.starts_with('{'))
        CAF_CHECK(x.ends_with(":check"));
}
