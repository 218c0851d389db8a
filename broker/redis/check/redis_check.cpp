#include "atrium/broker/redis/check/redis_check.hpp"

#include "atrium/broker/redis/check/server_check.hpp"
#include "atrium/broker/redis/cluster/key_slot.hpp"
#include "atrium/broker/redis/cluster/slot_map.hpp"

#include <charconv>
#include <optional>

namespace atrium {

namespace {

using question = redis_questioner::question;

constexpr std::chrono::seconds patience{10};

// What sentinels say, one after the other.
class sentinel_check {
public:
  sentinel_check(const redis_address& at, const server_check& how,
                 redis_report& to)
    : at_(at), how_(how), to_(to) {
    // nop
  }

  // Returns the master, unless something is wrong with that.
  std::optional<redis_host> find_master() {
    for (auto& x : at_.hosts)
      if (auto flaw = ask(x); !flaw.empty())
        flaws_.push_back("sentinel " + to_string(x) + ": " + flaw);
    for (auto& x : flaws_)
      master_ ? to_.warn(x) : to_.fail(x);
    return master_;
  }

private:
  std::string ask(const redis_host& x) {
    redis_report kind;
    auto sentinel = how_.enter(at_, x, redis_kind::sentinel, kind);
    if (sentinel == nullptr)
      return kind.worst_first().front().text;
    // What a node says to it.
    auto answers = sentinel->ask(
      std::vector<question>{{"SENTINEL", "GET-MASTER-ADDR-BY-NAME", at_.master},
                            {"SENTINEL", "MASTER", at_.master},
                            {"SUBSCRIBE", "+switch-master"}});
    if (!answers.back().failure().empty())
      return answers.back().failure();
    if (auto missing = missing_rights(answers); !missing.empty())
      return "the user of the node lacks rights there (ACL SETUSER ... "
             + missing + ')';
    auto reply = answers.front().reply();
    if (is_error(reply))
      return "it does not say where the master is: "
             + std::string{loggable(reply.front().text)};
    if (reply.size() != 3)
      return "it knows no master " + at_.master + known_masters(*sentinel);
    redis_host found{std::string{reply[1].text}, 0};
    auto port = reply[2].text;
    std::from_chars(port.data(), port.data() + port.size(), found.port);
    if (master_ && *master_ != found)
      return "it names another master (" + to_string(found) + ") than "
             + to_string(*master_)
             + ": they do not agree yet, or do not watch "
               "the same servers";
    master_ = std::move(found);
    return {};
  }

  static std::string missing_rights(const std::vector<redis_answer>& answers) {
    constexpr const char* rules[]
      = {"+sentinel|get-master-addr-by-name", "+sentinel|master",
         "+subscribe &+switch-master"};
    std::string result;
    for (std::size_t i = 0; i < answers.size(); ++i)
      if (answers[i].reply().front().text.starts_with("NOPERM"))
        result += (result.empty() ? "" : " ") + std::string{rules[i]};
    return result;
  }

  // Each master is a list of names and values, the first of which is its name.
  static std::string known_masters(redis_questioner& sentinel) {
    sentinel.ask(question{"UNSUBSCRIBE"});
    auto answer = sentinel.ask(question{"SENTINEL", "MASTERS"});
    std::string result;
    auto reply = answer.reply();
    for (std::size_t i = 0; i + 1 < reply.size(); ++i)
      if (reply[i].text == "name")
        result += (result.empty() ? ", but " : ", ")
                  + std::string{reply[i + 1].text};
    return result;
  }

  const redis_address& at_;
  const server_check& how_;
  redis_report& to_;
  std::vector<std::string> flaws_;
  std::optional<redis_host> master_;
};

void check_sentinels(const redis_address& at, const server_check& how,
                     redis_report& to) {
  auto master = sentinel_check{at, how, to}.find_master();
  if (!master)
    return;
  redis_report found;
  how.check(at, *master, redis_kind::server, found);
  for (auto& x : found.worst_first())
    to.add({x.severity, "master " + to_string(*master) + ": " + x.text});
}

// Returns which master has which slot, as the first node that answers says.
std::optional<slot_map> ask_slots(const redis_address& at,
                                  const server_check& how, redis_report& to) {
  std::optional<slot_map> result;
  std::vector<std::string> flaws;
  for (auto& x : at.hosts) {
    redis_report kind;
    auto node = how.enter(at, x, redis_kind::cluster, kind);
    if (node == nullptr) {
      flaws.push_back(to_string(x) + ": " + kind.worst_first().front().text);
      continue;
    }
    auto answer = node->ask(question{"CLUSTER", "SLOTS"});
    auto slots = slot_map::of_cluster(answer.reply(), x.name);
    if (!slots)
      flaws.push_back(to_string(x)
                      + ": it does not say which node has which slots: "
                      + answer.failure()
                      + std::string{loggable(answer.reply().front().text)});
    else if (!result)
      result = std::move(slots);
  }
  for (auto& x : flaws)
    result ? to.warn(x) : to.fail(x);
  return result;
}

void check_cover(const slot_map& slots, redis_report& to) {
  std::size_t uncovered = 0;
  for (std::size_t i = 0; i < slot_count; ++i)
    uncovered += slots.owner(i) == slot_map::nobody ? 1 : 0;
  if (slots.servers().empty())
    to.fail("no node has slots: the Redis Cluster has not been created");
  else if (uncovered != 0)
    to.fail(std::to_string(uncovered)
            + " of 16384 slots have no master: rooms and users in them do not "
              "work, nor does any with cluster-require-full-coverage");
}

// One master is checked as a whole: they are expected to be set up alike.
void check_cluster(const redis_address& at, const server_check& how,
                   redis_report& to) {
  auto slots = ask_slots(at, how, to);
  if (!slots)
    return;
  check_cover(*slots, to);
  auto is_checked = false;
  for (auto& x : slots->servers()) {
    redis_host host{x.host, x.port};
    redis_report found;
    if (is_checked)
      how.enter(at, host, redis_kind::cluster, found);
    else
      is_checked = how.check(at, host, redis_kind::cluster, found);
    for (auto& y : found.worst_first())
      to.add({y.severity, "master " + to_string(host) + ": " + y.text});
  }
}

} // namespace

std::vector<redis_finding> check_redis(const redis_address& at,
                                       const redis_access& access,
                                       const redis_needs& needs) {
  redis_report result;
  server_check how{access, needs, redis_questioner::clock::now() + patience};
  if (at.kind == redis_kind::sentinel)
    check_sentinels(at, how, result);
  else if (at.kind == redis_kind::cluster)
    check_cluster(at, how, result);
  else
    how.check(at, at.hosts.front(), redis_kind::server, result);
  return result.worst_first();
}

} // namespace atrium
