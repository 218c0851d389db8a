#define CAF_SUITE server_settings_test

#include "atrium/broker/redis/check/server_settings.hpp"

#include "caf/test/unit_test.hpp"
#include "support/resp_nodes.hpp"

using namespace atrium;

namespace {

using test::array_reply;
using test::error_reply;

// What nobody complains about.
server_settings sound() {
  return {.policy = "noeviction",
          .max_memory = 0,
          .has_append_log = true,
          .snapshots = "",
          .output_limits = "normal 0 0 0 slave 268435456 67108864 60 pubsub 8388608 4194304 10",
          .least_replicas = 1};
}

std::vector<redis_finding> judged(const server_settings& x, redis_kind kind = redis_kind::server,
                                  redis_needs needs = {.history = true}) {
  redis_report report;
  judge_settings(x, kind, needs, report);
  return report.worst_first();
}

bool is(const std::vector<redis_finding>& found, redis_severity severity, const std::string& part) {
  return found.size() == 1 && found[0].severity == severity
         && found[0].text.find(part) != std::string::npos;
}

server_settings with_limit(const std::string& pubsub) {
  auto x = sound();
  x.output_limits = "normal 0 0 0 slave 268435456 67108864 60 pubsub " + pubsub;
  return x;
}

} // namespace

CAF_TEST(sound settings are no finding) {
  for (auto kind : {redis_kind::server, redis_kind::sentinel, redis_kind::cluster})
    CAF_CHECK(judged(sound(), kind).empty());
}

CAF_TEST(a policy that evicts is an error as soon as there is a limit) {
  auto x = sound();
  x.policy = "volatile-lru";
  CAF_CHECK(is(judged(x), redis_severity::warning, "no effect while maxmemory is 0"));
  x.max_memory = 1;
  CAF_CHECK(is(judged(x), redis_severity::error, "maxmemory-policy is volatile-lru"));
  x.max_memory.reset();
  CAF_CHECK(is(judged(x), redis_severity::error, "maxmemory-policy is volatile-lru"));
}

CAF_TEST(a limit of output has to hold a message and a moment) {
  using enum redis_severity;
  CAF_CHECK(is(judged(with_limit("0 0 0")), warning, "no limit"));
  CAF_CHECK(is(judged(with_limit("65536 0 0")), error, "one message"));
  CAF_CHECK(is(judged(with_limit("524288 0 0")), warning, "too small"));
  CAF_CHECK(is(judged(with_limit("8388608 1024 1")), warning, "too small"));
  CAF_CHECK(judged(with_limit("0 4194304 10")).empty());
  CAF_CHECK(judged(with_limit("33554432 8388608 60")).empty());
}

CAF_TEST(what is kept in memory alone is lost) {
  auto x = sound();
  x.has_append_log = false;
  CAF_CHECK(is(judged(x), redis_severity::warning, "histories and inboxes are lost"));
  CAF_CHECK(is(judged(x, redis_kind::server, {.history = true, .inbox = false}),
               redis_severity::warning, "histories are lost"));
  CAF_CHECK(judged(x, redis_kind::server, {.inbox = false}).empty());
  x.snapshots = "3600 1";
  CAF_CHECK(judged(x).empty());
}

CAF_TEST(a master behind Sentinel should not go on without replicas) {
  auto x = sound();
  x.least_replicas = 0;
  CAF_CHECK(is(judged(x, redis_kind::sentinel), redis_severity::warning, "min-replicas-to-write"));
  CAF_CHECK(judged(x).empty());
}

CAF_TEST(what a server does not tell is named) {
  auto found = judged({}, redis_kind::sentinel);
  CAF_CHECK(is(found, redis_severity::note,
               "maxmemory-policy, client-output-buffer-limit pubsub, appendonly, save, "
               "min-replicas-to-write"));
}

CAF_TEST(INFO and CONFIG GET are read) {
  server_settings x;
  take_info("maxmemory:1024\r\nmaxmemory_policy:allkeys-lfu\r\naof_enabled:1\r\n", x);
  CAF_CHECK(x.max_memory == 1024u && x.policy == "allkeys-lfu" && x.has_append_log == true);
  take_config("save", array_reply{"save", ""}, x);
  take_config("min-replicas-to-write", array_reply{"min-replicas-to-write", "2"}, x);
  CAF_CHECK(x.snapshots == "" && x.least_replicas == 2u);
  take_config("client-output-buffer-limit", error_reply{"NOPERM"}, x);
  CAF_CHECK(!x.output_limits);
}
