#define CAF_SUITE bad_options_test

#include "support/option_probe.hpp"

using namespace atrium;
using namespace atrium::test;

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
         {{"--internal", "unix://x"}, "--internal", "no path of a Unix socket"},
         {{"--page", "maybe"}, "--page", "neither on nor off"},
         {{"--redis", "localhost:6379"}, "--redis", "redis://"},
         {{"--redis=redis://a", "--redis=redis-cluster://b"}, "redis", "stands alone"},
         {{"--redis=redis://a", "--redis=redis://:x@a:6379/0"}, "redis", "is there twice"},
         {{"--redis=redis://ann:@a"}, "redis", "no redis-password-file is named"},
         {{"--redis=redis://:x@a", "--redis-password-file=f"},
          "redis-password-file",
          "redis://:***@a:6379 has a password already"},
         {{"--redis-password-file=f"}, "redis-password-file", "no redis is named"},
         {{"--redis=redis://a", "--redis-ca=f"}, "redis-ca", "no redis has TLS"},
         {{"--redis=rediss://a", "--redis-cert=f"},
          "redis-cert",
          "it does not work without redis-key"},
         {{"--redis=redis://a", "--redis-sentinel-password-file=f"},
          "redis-sentinel-password-file",
          "no redis-sentinel:// is named"},
         {{"--redis=redis-sentinel://a/m", "--redis-sentinel-user=ann"},
          "redis-sentinel-user",
          "nobody logs in"},
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
         {{"--internal=off", "--admin-token-file=x"}, "admin-token-file", "internal off"},
         {{"--listen=127.0.0.1:80", "--internal=127.0.0.1:80"}, "internal", "the same address"},
         {{"--bus-pending-bytes=65536", "--max-message-bytes=65537"},
          "bus-pending-bytes",
          "has no room for a message"},
         {{"--messages-burst=5", "--messages-per-second=0"}, "messages-burst", "no limit"},
         {{"--bytes-burst=5", "--bytes-per-second=0"}, "bytes-burst", "no limit"},
         {{"--history=chat:*"}, "--history", "'chat:*' is not PATTERN=COUNT,TTL such as chat:*="},
         {{"--history=chat:*=1000,24"}, "--history", "a COUNT in 1..1000000 and a TTL in 1s..366d"},
         {{"--history=a=1,1h", "--history=b=0,1h"}, "--history", "'b=0,1h' is not"},
         {{"--history=a=1,1h", "--replay=a=1001"}, "--replay", "is not PATTERN=N such as"},
         {{"--replay=a=1"}, "replay", "without history there is nothing"},
         {{"--presence=chat:*=all"}, "--presence", "'chat:*=all' is not PATTERN such as chat:*"},
         {{"--presence=a", "--presence=b", "--presence=a=count"},
          "presence",
          "there are two rules for 'a'"},
         {{"--history=a=b=1,1h", "--history=a=b=2,1h"}, "history", "two rules for 'a=b'"},
         {{"--history=a=1,1h", "--replay=a=1", "--replay=a=2"}, "replay", "two rules for 'a'"},
         {{"--outbox-policy=a=latest_only", "--outbox-policy=a=drop_oldest"},
          "outbox-policy",
          "two rules for 'a'"},
         {{"--presence-grace=301"}, "--presence-grace", "in 0..300 s"},
         {{"--history-page=0"}, "--history-page", "in 1..10000 messages"},
         {{"--history-bytes=65536", "--max-message-bytes=65536"},
          "history-bytes",
          "has no room for a message"},
         {{"--inbox-bytes=65536", "--max-message-bytes=65536"},
          "inbox-bytes",
          "has no room for a message"},
         {{"--inbox-ttl=0"}, "--inbox-ttl", "in 1..31536000 s"},
         {{"--inbox-max=100001"}, "--inbox-max", "in 0..100000 messages"},
         {{"--auth=url", "--auth-url=http://h/", "--allow-anonymous"},
          "allow-anonymous",
          "nobody is anonymous"},
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
         {"allow-origin = 3", ":1: allow-origin", "an array of strings"},
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

CAF_TEST(of options that do not go together the line of the file is named) {
  struct row {
    std::string text;
    strings flags;
    std::string origin, reason;
  };
  for (const auto& [text, flags, origin, reason] : std::vector<row>{
         {"lanes = 1\noutbox-bytes = 5000\n", {}, ":2: outbox-bytes", "less than"},
         {"lanes = 1\nmax-message-bytes = 2000000\n", {}, ":2: outbox-bytes", "less than"},
         {"max-message-bytes = 6000\noutbox_bytes = 5000\n", {}, ":2: outbox-bytes", "less than"},
         {"outbox-bytes = 5000\nmax-message-bytes = 6000\n",
          {"--outbox-bytes=5001"},
          ":2: outbox-bytes",
          "5001 is less than"},
       }) {
    temporary_file file{text};
    auto all = flags;
    all.insert(all.end(), {"--config", file.path()});
    check_refused(parse(all), file.path() + origin, reason);
  }
  check_refused(parse_file("lanes = 1\n", {"--outbox-bytes=5000"}), "outbox-bytes", "less than");
}

CAF_TEST(an error does not show the password of Redis) {
  auto got = parse({"--redis", "http://user:secret@host"});
  CAF_CHECK_EQUAL(got.exit_code.value_or(0), 2);
  CAF_CHECK(!contains(got.text, "secret"));
}
