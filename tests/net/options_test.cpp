#define CAF_SUITE options_test

#include "atrium/net/option_table.hpp"
#include "atrium/net/options.hpp"

#include <caf/test/unit_test.hpp>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <unistd.h>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

/// A file that is gone at the end of the test.
class temporary_file {
public:
  explicit temporary_file(const std::string& text) {
    char path[] = "/tmp/atrium-options-XXXXXX";
    ::close(::mkstemp(path));
    path_ = path;
    std::ofstream{path_} << text;
  }

  ~temporary_file() {
    std::remove(path_.c_str());
  }

  const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

parsed_options parse(const strings& flags, const variable_map& variables = {}) {
  std::vector<const char*> argv = {"atrium"};
  for (const auto& flag : flags)
    argv.push_back(flag.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data(), variables);
}

parsed_options parse_file(const std::string& text, strings flags = {}) {
  temporary_file file{text};
  flags.insert(flags.end(), {"--config", file.path()});
  return parse(flags);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void check_good(const parsed_options& got) {
  CAF_CHECK_EQUAL(got.text, "");
  CAF_CHECK(!got.exit_code.has_value());
}

/// Checks that `got` is an error that begins with its origin.
void check_refused(const parsed_options& got, const std::string& origin,
                   const std::string& reason) {
  CAF_CHECK_EQUAL(got.exit_code.value_or(0), 2);
  CAF_CHECK_EQUAL(got.text.substr(0, 10 + origin.size()), "atrium: " + origin + ": ");
  if (!contains(got.text, reason))
    CAF_ERROR("expected '" << reason << "' in '" << got.text << "'");
}

} // namespace

CAF_TEST(without any source the defaults hold) {
  auto got = parse({});
  check_good(got);
  CAF_CHECK(got.value.listen == (listen_address{"127.0.0.1", 8080}));
  CAF_CHECK_EQUAL(got.value.validate(), "");
}

CAF_TEST(the word node in front of the flags changes nothing) {
  CAF_CHECK_EQUAL(parse({"node", "--lanes=3"}).value.lanes, 3u);
  CAF_CHECK_EQUAL(parse({"--lanes=3"}).value.lanes, 3u);
}

CAF_TEST(a flag wins over a variable over the file over the default) {
  temporary_file file{"lanes = 1\nworkers = 11\ngrace = 21\n"};
  variable_map variables = {{"ATRIUM_CONFIG", file.path()},
                            {"ATRIUM_LANES", "2"},
                            {"ATRIUM_WORKERS", "12"},
                            {"PATH", "/bin"}};
  auto got = parse({"--lanes", "3"}, variables);
  check_good(got);
  CAF_CHECK_EQUAL(got.value.lanes, 3u);
  CAF_CHECK_EQUAL(got.value.workers, 12u);
  CAF_CHECK(got.value.grace == 21s);
  CAF_CHECK_EQUAL(got.value.max_rooms, 128u);
}

CAF_TEST(a flag may switch off what a variable or the file switches on) {
  variable_map variables = {{"ATRIUM_ALLOW_ANONYMOUS", "1"}, {"ATRIUM_REDIS", "redis://h:1"}};
  auto got = parse({"--allow-anonymous=false", "--redis", ""}, variables);
  check_good(got);
  CAF_CHECK(!got.value.allow_anonymous);
  CAF_CHECK_EQUAL(got.value.redis, "");
}

CAF_TEST(the flag for the file wins over the variable) {
  temporary_file file{"lanes = 7\n"};
  auto got = parse({"--config", file.path()}, {{"ATRIUM_CONFIG", "/nowhere"}});
  check_good(got);
  CAF_CHECK_EQUAL(got.value.lanes, 7u);
}

namespace {

/// Returns a value for an option that has none by default.
std::string sample(const option_entry& entry) {
  static const std::map<std::string, std::string> samples = {
    {"redis", "unix:///r.sock"},
    {"allow-origin", "*"},
    {"jwt-alg", "ES256"},
    {"default-rooms", "r=join"},
    {"outbox-policy", "ticker:*=latest_only"},
    {"internal", "[::1]:9"},
    {"auth-url", "http://h:1/who"},
    {"trusted-proxy", "::1"},
  };
  auto i = samples.find(entry.name);
  return i != samples.end() ? i->second : "x";
}

/// Returns the options without which this one is refused, as flags.
strings companions(const option_entry& entry) {
  static const std::map<std::string, strings> table = {
    {"tls-cert", {"--tls-key=x"}},
    {"tls-key", {"--tls-cert=x"}},
    {"inspect-cert", {"--inspect-key=x", "--inspect-ca=x"}},
    {"inspect-key", {"--inspect-cert=x", "--inspect-ca=x"}},
    {"inspect-ca", {"--inspect-cert=x", "--inspect-key=x"}},
  };
  auto i = table.find(entry.name);
  return i != table.end() ? i->second : strings{};
}

} // namespace

CAF_TEST(every option is the same by flag and variable and file) {
  for (const auto& entry : option_table()) {
    if (entry.name == "config")
      continue;
    auto value = entry.show(options{});
    if (value.empty() || value.front().empty())
      value = {sample(entry)};
    auto quote = entry.kind == option_kind::text ? "\"" : "";
    auto written = quote + value.front() + quote;
    if (entry.kind == option_kind::list)
      written = "[\"" + value.front() + "\"]";
    auto others = companions(entry);
    auto all = others;
    all.push_back("--" + entry.name + "=" + value.front());
    auto by_flag = parse(all);
    auto by_variable = parse(others, {{entry.variable(), value.front()}});
    auto by_file = parse_file(entry.name + " = " + written + " # a comment\n", others);
    for (const auto& got : {by_flag, by_variable, by_file}) {
      check_good(got);
      CAF_CHECK(entry.show(got.value) == value);
    }
  }
}

CAF_TEST(lists are repeated flags or comma separated or an array) {
  strings both = {"https://a.example", "http://b.example:81"};
  auto by_flag = parse({"--allow-origin", both[0], "--allow-origin=" + both[1]});
  auto by_variable = parse({}, {{"ATRIUM_ALLOW_ORIGIN", both[0] + ", " + both[1]}});
  auto by_file
    = parse_file("allow_origin = [\n  '" + both[0] + "', # one\n  \"" + both[1] + "\",\n]\n");
  for (const auto& got : {by_flag, by_variable, by_file}) {
    check_good(got);
    CAF_CHECK(got.value.allow_origin == both);
  }
}

CAF_TEST(a file may be empty and have comments and underscores and other line ends) {
  check_good(parse_file(""));
  auto got = parse_file("\xEF\xBB\xBF# atrium\r\n\r\nmax_message_bytes = 65_536\r\n"
                        "\"log-level\" = 'warn'\r\nallow-anonymous=true");
  check_good(got);
  CAF_CHECK_EQUAL(got.value.max_message_bytes, 65536u);
  CAF_CHECK_EQUAL(got.value.log_level, log::level::warn);
  CAF_CHECK(got.value.allow_anonymous);
}

CAF_TEST(a bad flag is named) {
  struct row {
    strings flags;
    std::string origin, reason;
  };
  for (const auto& [flags, origin, reason] : std::vector<row>{
         {{"--lane", "3"}, "--lane", "unknown option; did you mean --lanes?"},
         {{"--frobnicate=1"}, "--frobnicate", "unknown option"},
         {{"server"}, "server", "unexpected argument"},
         {{"node", "node"}, "node", "unexpected argument"},
         {{"--lanes"}, "--lanes", "value is missing"},
         {{"--lanes="}, "--lanes", "value is missing"},
         {{"--lanes", ""}, "--lanes", "'' is not a whole number"},
         {{"--lanes", "x"}, "--lanes", "'x' is not a whole number in 0..256"},
         {{"--lanes=1.5"}, "--lanes", "not a whole number"},
         {{"--lanes=-1"}, "--lanes", "'-1' is not a whole number in 0..256"},
         {{"--lanes=257"}, "--lanes", "in 0..256"},
         {{"--lanes=99999999999999999999"}, "--lanes", "in 0..256"},
         {{"--lanes=1", "--lanes=2"}, "--lanes", "more than once"},
         {{"--grace=0"}, "--grace", "in 1..3600 s"},
         {{"--allow-anonymous=maybe"}, "--allow-anonymous", "neither true nor"},
         {{"--listen", "8080"}, "--listen", "not HOST:PORT"},
         {{"--listen", "localhost:65536"}, "--listen", "port in 0..65535"},
         {{"--listen", "::1:8080"}, "--listen", "names no host"},
         {{"--listen", "[::1:8080"}, "--listen", "names no host"},
         {{"--listen", "[::x]:8080"}, "--listen", "names no host"},
         {{"--listen", "127.0.0.256:8080"}, "--listen", "names no host"},
         {{"--listen", ":8080"}, "--listen", "names no host"},
         {{"--redis", "localhost:6379"}, "--redis", "redis://"},
         {{"--namespace", "a::b"}, "--namespace", "'a::b' is not 1..64"},
         {{"--namespace", "a b"}, "--namespace", "is not 1..64"},
         {{"--node-id", std::string(65, 'n')}, "--node-id", "is not 1..64"},
         {{"--log-level", "loud"}, "--log-level", "trace, debug, info"},
         {{"--allow-origin", "example.org"}, "--allow-origin", "neither *"},
         {{"--allow-origin", "https://a/b"}, "--allow-origin", "neither *"},
         {{"--config", "/nowhere/at.toml"}, "/nowhere/at.toml", "cannot read"},
         {{"--config", "/tmp"}, "/tmp", "cannot read"},
         {{"--listen", "0.0.0.0:80"}, "listen", "allow-anonymous"},
         {{"--listen", "127.example.org:80"}, "listen", "allow-anonymous"},
         {{"--inspect-port=65536"}, "--inspect-port", "in 0..65535"},
         {{"--inspect-host", "[::1]"}, "--inspect-host", "'[::1]' is no host"},
         {{"--inspect-port=1", "--inspect-host=::"}, "inspect-host", "needs --inspect-cert"},
         {{"--inspect-cert=x", "--inspect-key=x"}, "inspect-ca", "without the others"},
       })
    check_refused(parse(flags), origin, reason);
}

CAF_TEST(a bad variable is named) {
  struct row {
    std::string name, value, reason;
  };
  for (const auto& [name, value, reason] : std::vector<row>{
         {"ATRIUM_LANE", "3", "unknown variable; did you mean ATRIUM_LANES?"},
         {"ATRIUM_lanes", "3", "unknown variable"},
         {"ATRIUM_", "3", "unknown variable"},
         {"ATRIUM_LANES", "many", "'many' is not a whole number in 0..256"},
         {"ATRIUM_PING_INTERVAL", "3601", "in 1..3600 s"},
         {"ATRIUM_ALLOW_ANONYMOUS", "y", "neither true nor false"},
         {"ATRIUM_ALLOW_ORIGIN", "*,,*", "'' is neither *"},
       })
    check_refused(parse({}, {{name, value}}), name, reason);
}

CAF_TEST(empty variables and those of the tests are ignored) {
  check_good(parse({}, {{"ATRIUM_LANES", ""},
                        {"ATRIUM_BINARY", "x"},
                        {"ATRIUM_TEST_SEED", "1"},
                        {"ATRIUM_INSPECT_NODE", "h:1"},
                        {"ATRIUMLANES", "x"}}));
}

CAF_TEST(a bad line of the file is named with its number) {
  struct row {
    std::string text, origin, reason;
  };
  for (const auto& [text, origin, reason] : std::vector<row>{
         {"\nlane = 3", ":2: lane", "unknown key; did you mean lanes?"},
         {"# x\n\nlanes = 300", ":3: lanes", "'300' is not a whole number"},
         {"lanes = \"3\"", ":1: lanes", "expected a whole number"},
         {"max_rooms = true", ":1: max_rooms", "expected a whole number"},
         {"lanes = 1.5", ":1: lanes", "neither a string in quotes nor"},
         {"lanes = 007", ":1: lanes", "neither a string in quotes nor"},
         {"lanes = 1__0", ":1: lanes", "neither a string in quotes nor"},
         {"lanes = -4", ":1: lanes", "'-4' is not a whole number in 0..256"},
         {"lanes =", ":1: lanes", "the value is missing"},
         {"lanes = # 3", ":1: lanes", "the value is missing"},
         {"lanes", ":1: lanes", "expected '='"},
         {"lanes = 3 4", ":1: lanes", "unexpected text after the value"},
         {"lanes = 3\nLANES = 4", ":2: LANES", "already set in line 1"},
         {"max-rooms = 3\nmax_rooms = 4", ":2: max_rooms", "already set in"},
         {"listen = localhost:1", ":1: listen", "neither a string in quotes"},
         {"listen = 8080", ":1: listen", "expected a string in quotes"},
         {"listen = \"8080\"", ":1: listen", "not HOST:PORT"},
         {"listen = \"", ":1: listen", "not closed"},
         {"node-id = \"\\u0041\"", ":1: node-id", "escapes"},
         {"allow-anonymous = 1", ":1: allow-anonymous", "expected true or"},
         {"allow-origin = \"*\"", ":1: allow-origin", "an array of strings"},
         {"allow-origin = [\"*\"\n\"*\"]", ":2: allow-origin", "expected ','"},
         {"allow-origin = [\n*]", ":2: allow-origin", "each in quotes"},
         {"allow-origin = [\"*\",\n", ":2: allow-origin", "each in quotes"},
         {"allow-origin = [\"x\"]", ":1: allow-origin", "neither *"},
         {"config = \"x\"", ":1: config", "cannot name another"},
         {"[node]\nlanes = 3", ":1", "tables are not used here"},
         {"= 3", ":1", "expected a key"},
       }) {
    temporary_file file{text};
    check_refused(parse({"--config", file.path()}), file.path() + origin, reason);
  }
}

CAF_TEST(an error does not show the password of Redis) {
  auto got = parse({"--redis", "http://user:secret@host"});
  CAF_CHECK_EQUAL(got.exit_code.value_or(0), 2);
  CAF_CHECK(!contains(got.text, "secret"));
}

CAF_TEST(help names every option with its variable and default and range) {
  auto got = parse({"--help", "--lanes=2"}, {{"ATRIUM_NONSENSE", "1"}});
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 0);
  for (const auto& entry : option_table()) {
    auto usual = entry.show(options{});
    auto shown = usual.empty() || usual.front().empty() ? "none" : usual.front();
    for (const auto& part : {"--" + entry.name, entry.variable(), "default " + shown, entry.range})
      if (!contains(got.text, part))
        CAF_ERROR("no '" << part << "' in the help");
  }
  CAF_CHECK(contains(got.text, "1..3600 s; default 25 s; ATRIUM_PING_INTERVAL"));
}

CAF_TEST(version is printed with success) {
  auto got = parse({"--version"});
  CAF_CHECK_EQUAL(got.exit_code.value_or(-1), 0);
  CAF_CHECK(got.text.starts_with("atrium 0."));
}

CAF_TEST(with certificates the tool may come from other machines) {
  auto got = parse({"--inspect-port=1", "--inspect-host=::", "--inspect-cert=x", "--inspect-key=x",
                    "--inspect-ca=x"});
  check_good(got);
  CAF_CHECK_EQUAL(got.value.inspect_host, "::");
  check_good(parse({"--inspect-port=1", "--inspect-host=::1"}));
}

CAF_TEST(options that a program sets are validated like those of a user) {
  options value;
  value.lanes = 1000;
  CAF_CHECK_EQUAL(value.validate(), "lanes: '1000' is not a whole number in 0..256");
  value = {};
  value.ping_interval = -5s;
  CAF_CHECK(value.validate().starts_with("ping-interval: "));
  value = {};
  value.listen = {"", 0};
  CAF_CHECK(value.validate().starts_with("listen: "));
  value.listen = {"::", 0};
  value.allow_anonymous = true;
  CAF_CHECK_EQUAL(value.validate(), "");
}
