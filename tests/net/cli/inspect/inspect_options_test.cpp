#define CAF_SUITE inspect_options_test

#include "atrium/net/cli/inspect/inspect_options.hpp"
#include "atrium/net/cli/inspect/inspect_request.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium;
using namespace atrium::tool;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

parsed_inspect_options parse(const strings& arguments, const variable_map& variables = {}) {
  std::vector<const char*> argv = {"inspect"};
  for (const auto& argument : arguments)
    argv.push_back(argument.c_str());
  return parse_inspect_options(static_cast<int>(argv.size()), argv.data(), variables);
}

inspect_options good(const strings& arguments, const variable_map& variables = {}) {
  auto got = parse(arguments, variables);
  CAF_CHECK_EQUAL(got.text, "");
  CAF_CHECK(!got.exit_code.has_value());
  return got.value;
}

/// Checks that the arguments are refused with a line that has `part`.
void check_bad(const strings& arguments, const std::string& part,
               const variable_map& variables = {}) {
  auto got = parse(arguments, variables);
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 2);
  CAF_CHECK(got.text.starts_with("atrium inspect: "));
  if (got.text.find(part) == std::string::npos)
    CAF_ERROR("no '" << part << "' in: " << got.text);
}

} // namespace

CAF_TEST(a_command_alone_asks_the_node_of_this_machine) {
  auto x = good({"rooms"});
  CAF_CHECK(x.what == task::rooms && x.words.empty() && !x.json);
  CAF_CHECK_EQUAL(x.node.text, "http://127.0.0.1:9080");
  CAF_CHECK(x.timeout == 5s && x.interval == 1s && x.limit == 50U);
}

CAF_TEST(options_may_stand_anywhere) {
  for (auto& words :
       {strings{"--node", "http://[::1]:9", "room", "lobby", "--json", "--timeout=0.5"},
        strings{"room", "--timeout=0.5", "--json", "--node=http://[::1]:9", "lobby"}}) {
    auto x = good(words);
    CAF_CHECK(x.what == task::room && x.words == strings{"lobby"} && x.json);
    CAF_CHECK(x.node.host == "::1" && x.node.port == "9");
    CAF_CHECK(x.timeout == 500ms);
  }
}

CAF_TEST(the_variable_names_a_node_and_the_flag_wins) {
  variable_map variables{{"ATRIUM_INSPECT_NODE", "a:1"}};
  CAF_CHECK_EQUAL(good({"node"}, variables).node.host, "a");
  CAF_CHECK_EQUAL(good({"node", "--node", "b:2"}, variables).node.host, "b");
  CAF_CHECK_EQUAL(good({"node"}, {{"ATRIUM_INSPECT_NODE", ""}}).node.port, "9080");
  check_bad({"node"}, "ATRIUM_INSPECT_NODE: ", {{"ATRIUM_INSPECT_NODE", "nowhere"}});
}

CAF_TEST(a_node_is_an_address_of_http_or_of_a_socket) {
  using transport = node_address::transport;
  struct row {
    const char* text;
    transport by;
    const char* host;
    const char* port;
    const char* prefix;
  };
  for (auto& [text, by, host, port, prefix] :
       {row{"http://a:1", transport::tcp, "a", "1", ""}, row{"a:1", transport::tcp, "a", "1", ""},
        row{"http://a", transport::tcp, "a", "80", ""},
        row{"https://a", transport::tls, "a", "443", ""},
        row{"https://[::1]:9/", transport::tls, "::1", "9", ""},
        row{"https://ops.example/chat-1/", transport::tls, "ops.example", "443", "/chat-1"}}) {
    auto node = good({"node", "--node", text}).node;
    CAF_CHECK(node.by == by);
    CAF_CHECK_EQUAL(node.host, host);
    CAF_CHECK_EQUAL(node.port, port);
    CAF_CHECK_EQUAL(node.prefix, prefix);
  }
  auto node = good({"node", "--node", "unix:///run/a.sock"}).node;
  CAF_CHECK(node.by == transport::unix_socket && node.path == "/run/a.sock");
  for (auto text : {"a", "a:0", "a:99999", "ftp://a", "http://", "http:///x", "http://a/?x",
                    "unix:", "unix://", "unix://a", "unix:///", "http://u@a:1", "http://a b"})
    check_bad({"node", "--node", text}, "--node: ");
  check_bad({"node", "--node", "unix:///" + std::string(108, 'x')}, "--node: ");
}

CAF_TEST(a_token_does_not_go_where_others_can_read_it) {
  variable_map token{{"ATRIUM_INSPECT_TOKEN", "secret"}};
  strings act{"disconnect", "user", "ann", "--node"};
  auto with = [&](const std::string& node) {
    auto result = act;
    result.push_back(node);
    return result;
  };
  check_bad(with("http://node-1:9080"), "use https://", token);
  for (auto node : {"https://node-1:9080", "http://127.0.0.1:1", "http://[::1]:1", "unix:///a"})
    CAF_CHECK_EQUAL(good(with(node), token).token, "secret");
  good(with("http://node-1:9080"));
  good({"rooms", "--node", "http://node-1:9080"}, token); // looking is free
}

CAF_TEST(names_may_look_like_commands_and_options) {
  CAF_CHECK(good({"room", "users"}).words == strings{"users"});
  CAF_CHECK(good({"disconnect", "user", "connection"}).words == strings({"user", "connection"}));
  CAF_CHECK(good({"room", "--", "--json"}).words == strings{"--json"});
  CAF_CHECK(good({"find", "a b"}).words == strings{"a b"});
}

CAF_TEST(a_command_takes_the_words_it_needs) {
  check_bad({}, "command");
  check_bad({"cheese"}, "'cheese' is no command");
  check_bad({"room"}, "room takes NAME");
  check_bad({"room", ""}, "room takes NAME");
  check_bad({"room", "a", "b"}, "room takes NAME");
  check_bad({"rooms", "a"}, "rooms takes no words");
  check_bad({"disconnect", "ann"}, "disconnect takes connection|user NAME");
  check_bad({"disconnect", "room", "a"}, "disconnect takes connection|user NAME");
  check_bad({"publish", "lobby"}, "publish takes ROOM JSON");
}

CAF_TEST(numbers_and_data_are_checked_before_they_are_sent) {
  check_bad({"actor", "x"}, "'x' is no number");
  check_bad({"actor", "99999999999999999999"}, "is no number");
  check_bad({"publish", "lobby", "{"}, "'{' is no JSON");
  check_bad({"publish", "lobby", "1,\"x\":2"}, "is no JSON");
}

CAF_TEST(values_out_of_range_are_refused) {
  check_bad({"node", "--timeout", "0"}, "--timeout");
  check_bad({"rooms", "--limit", "0"}, "--limit");
  check_bad({"rooms", "--limit", "many"}, "--limit");
  check_bad({"watch", "--interval", "0"}, "--interval");
  check_bad({"node", "--cheese"}, "--cheese");
}

CAF_TEST(options_that_mean_nothing_are_refused) {
  check_bad({"rooms", "--all", "--limit", "3"}, "--limit: not together");
  check_bad({"node", "--limit", "3"}, "--limit: only for lists");
  check_bad({"find", "a", "--all"}, "--all: only");
  check_bad({"connections", "--prefix", "a"}, "--prefix: only");
  check_bad({"top", "--interval", "2"}, "--interval: only for watch");
  check_bad({"node", "--ca", "a"}, "--ca: only");
}

CAF_TEST(help_lists_the_commands) {
  auto got = parse({"--help"});
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 0);
  for (auto part : {"--node", "ATRIUM_INSPECT_NODE", "disconnect user NAME", "watch"})
    CAF_CHECK(got.text.find(part) != std::string::npos);
}

CAF_TEST(commands_become_targets) {
  CAF_CHECK_EQUAL(target_of(good({"node"})), "");
  CAF_CHECK_EQUAL(target_of(good({"tree"})), "tree");
  CAF_CHECK_EQUAL(target_of(good({"cluster"})), "cluster");
  CAF_CHECK_EQUAL(target_of(good({"rooms"})), "rooms");
  CAF_CHECK_EQUAL(target_of(good({"rooms", "--prefix", "a/b"})), "rooms?prefix=a%2Fb");
  CAF_CHECK_EQUAL(target_of(good({"owners", "--prefix", "a"})), "owners?prefix=a");
  CAF_CHECK_EQUAL(target_of(good({"owner", "table:1"})), "owners/table%3A1");
  CAF_CHECK_EQUAL(target_of(good({"room", "a b/c?"})), "rooms/a%20b%2Fc%3F");
  CAF_CHECK_EQUAL(target_of(good({"members", "a"})), "rooms/a/members");
  CAF_CHECK_EQUAL(target_of(good({"user", "ann"})), "users/ann");
  CAF_CHECK_EQUAL(target_of(good({"connections"})), "connections");
  CAF_CHECK_EQUAL(target_of(good({"connection", "r-7"})), "connections/r-7");
  CAF_CHECK_EQUAL(target_of(good({"actor", "7"})), "actors/7");
  CAF_CHECK_EQUAL(target_of(good({"find", "a&b"})), "find?q=a%26b&limit=50");
  CAF_CHECK_EQUAL(target_of(good({"top", "--limit", "3"})), "top?limit=3");
  CAF_CHECK_EQUAL(target_of(good({"users", "--all"})), "users");
  CAF_CHECK_EQUAL(target_of(good({"dead-letters"})), "dead-letters");
  CAF_CHECK_EQUAL(target_of(good({"dead-letters", "a/b"})), "dead-letters/a%2Fb");
}

CAF_TEST(dead_letters_are_acted_on_by_flags) {
  auto all = good({"dead-letters", "ann", "--replay"});
  CAF_CHECK(all.what == task::replay && is_act(all.what) && !is_paged(all.what));
  CAF_CHECK_EQUAL(target_of(all), "dead-letters/ann/replay");
  CAF_CHECK_EQUAL(body_of(all), "");
  for (auto& words : {strings{"dead-letters", "ann", "1-0", "--purge"},
                      strings{"dead-letters", "ann", "--purge", "1-0"}})
    CAF_CHECK_EQUAL(target_of(good(words)), "dead-letters/ann/purge/1-0");
  check_bad({"dead-letters", "--purge"}, "take USER [ID]");
  check_bad({"dead-letters", "ann", "1-0"}, "takes [USER]");
  check_bad({"dead-letters", "ann", "--purge", "--replay"}, "not together");
  check_bad({"rooms", "--purge"}, "only for dead-letters");
}

CAF_TEST(acts_have_a_target_and_a_body) {
  auto end = good({"disconnect", "user", "a/b"});
  CAF_CHECK(is_act(end.what));
  CAF_CHECK_EQUAL(target_of(end), "users/a%2Fb/disconnect");
  CAF_CHECK_EQUAL(body_of(end), "");
  CAF_CHECK_EQUAL(target_of(good({"disconnect", "connection", "r-1"})),
                  "connections/r-1/disconnect");
  auto say = good({"publish", "lobby", R"({"a": 1})"});
  CAF_CHECK(is_act(say.what));
  CAF_CHECK_EQUAL(target_of(say), "rooms/lobby/publish");
  CAF_CHECK_EQUAL(body_of(say), R"({"data":{"a": 1}})");
}
