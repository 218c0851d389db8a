#include "atrium/broker/redis/check/server_settings.hpp"

#include "atrium/broker/redis/check/server_facts.hpp"

#include <charconv>
#include <sstream>

namespace atrium {

namespace {

// What a message may have around it on its way to a subscriber.
constexpr std::uint64_t overhead = 4096;

// What a busy node falls behind in a moment.
constexpr std::uint64_t least_output = std::uint64_t{1} << 20;

constexpr const char* good_limit = "client-output-buffer-limit pubsub 8mb 4mb "
                                   "10";

std::optional<std::uint64_t> read_number(const std::string& text) {
  std::uint64_t value = 0;
  auto end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end)
    return std::nullopt;
  return value;
}

void judge_policy(const server_settings& x, redis_report& to) {
  if (!x.policy || *x.policy == "noeviction")
    return;
  auto what = "maxmemory-policy is " + *x.policy;
  if (x.max_memory == 0)
    to.warn(what
            + ": it has no effect while maxmemory is 0, but with a limit "
              "Redis would throw away what nodes keep; noeviction is "
              "right");
  else
    to.fail(what
            + ": when memory is used up Redis throws away what nodes "
              "keep, and nobody is told; noeviction is right");
}

void judge_persistence(const server_settings& x, const redis_needs& needs,
                       redis_report& to) {
  auto is_off = x.has_append_log == false && x.snapshots == "";
  if (!is_off || (!needs.history && !needs.inbox))
    return;
  auto what = needs.history && needs.inbox ? "histories and inboxes are"
              : needs.history              ? "histories are"
                                           : "inboxes are";
  to.warn("Redis writes nothing to disk (appendonly no, save \"\"): "
          + std::string{what} + " lost when it starts anew");
}

struct output_limit {
  std::uint64_t hard = 0; // bytes; 0: none
  std::uint64_t soft = 0;
};

std::optional<output_limit> pubsub_limit(const std::string& all) {
  std::istringstream words{all};
  std::string name;
  for (std::string hard, soft, seconds;
       words >> name >> hard >> soft >> seconds;)
    if (auto a = read_number(hard), b = read_number(soft);
        name == "pubsub" && a && b)
      return output_limit{*a, *b};
  return std::nullopt;
}

void judge_output(const server_settings& x, const redis_needs& needs,
                  redis_report& to) {
  auto limit = x.output_limits ? pubsub_limit(*x.output_limits) : std::nullopt;
  if (!limit)
    return;
  auto& [hard, soft] = *limit;
  auto is_less
    = [](std::uint64_t a, std::uint64_t b) { return a != 0 && a < b; };
  auto one = needs.message_bytes + overhead;
  auto what = "client-output-buffer-limit pubsub is " + std::to_string(hard)
              + ' ' + std::to_string(soft);
  if (hard == 0 && soft == 0)
    to.warn("client-output-buffer-limit pubsub is 0 0 0, which is no limit: "
            "for a node that stops reading Redis keeps messages until its "
            "memory is used up; "
            + std::string{good_limit});
  else if (is_less(hard, one))
    to.fail(what
            + ": too small, Redis cuts a node off for one message of "
              "--max-message-bytes; "
            + good_limit);
  else if (is_less(hard, least_output) || is_less(soft, one))
    to.warn(what
            + ": too small, Redis cuts off a node that is busy for a "
              "moment; "
            + good_limit);
}

// What nobody says.
void note_unknown(const server_settings& x, redis_kind kind,
                  const redis_needs& needs, redis_report& to) {
  std::string unknown;
  auto add = [&](bool is_unknown, const char* name) {
    if (is_unknown)
      unknown += (unknown.empty() ? "" : ", ") + std::string{name};
  };
  add(!x.policy, "maxmemory-policy");
  add(!x.output_limits, "client-output-buffer-limit pubsub");
  add((needs.history || needs.inbox) && !x.has_append_log, "appendonly");
  add((needs.history || needs.inbox) && x.has_append_log != true
        && !x.snapshots,
      "save");
  add(kind == redis_kind::sentinel && !x.least_replicas,
      "min-replicas-to-write");
  if (!unknown.empty())
    to.note("not checked, the server does not tell: " + unknown);
}

} // namespace

void take_info(std::string_view info, server_settings& to) {
  auto number = [&](std::string_view name) {
    auto text = info_value(info, name);
    return text ? read_number(*text) : std::nullopt;
  };
  to.policy = info_value(info, "maxmemory_policy");
  to.max_memory = number("maxmemory");
  if (auto x = number("aof_enabled"))
    to.has_append_log = *x == 1;
}

void take_config(std::string_view name, resp_reply reply, server_settings& to) {
  if (reply.size() != 3 || reply[0].type != resp_type::array)
    return;
  auto value = std::string{reply[2].text};
  if (name == "save")
    to.snapshots = value;
  else if (name == "client-output-buffer-limit")
    to.output_limits = value;
  else if (name == "min-replicas-to-write")
    to.least_replicas = read_number(value);
}

void judge_settings(const server_settings& x, redis_kind kind,
                    const redis_needs& needs, redis_report& to) {
  judge_policy(x, to);
  judge_persistence(x, needs, to);
  judge_output(x, needs, to);
  if (kind == redis_kind::sentinel && x.least_replicas == 0)
    to.warn("min-replicas-to-write is 0: a master that is cut from its "
            "replicas goes on to take writes, which are lost when Sentinel "
            "makes another one");
  note_unknown(x, kind, needs, to);
}

} // namespace atrium
