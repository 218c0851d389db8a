#include "atrium/actors/cluster/eviction.hpp"

#include "atrium/actors/lane_messages.hpp"
#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/probe_messages.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/broker/bus.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace {

// A word is a verb and one or two ids of connections with colons in between.
constexpr std::string_view evict_verb = "evict";   // who
constexpr std::string_view probe_verb = "probe";   // whom, who asks
constexpr std::string_view alive_verb = "alive";   // who has asked, who it is
constexpr std::string_view silent_verb = "silent"; // the same

std::string_view run_of(std::string_view id) {
  return id.substr(0, id.rfind('-'));
}

void say(const environment& env, std::string_view to_node_of,
         std::string word) {
  env.bus->publish(env.names.node(run_of(to_node_of)),
                   std::make_shared<const std::string>(std::move(word)),
                   [](const publish_receipt&) {
                     // nop: the limiter says it again when it renews the
                     // place, and who asks does not wait for ever
                   });
}

std::string make_word(std::string_view verb, std::string_view first,
                      std::string_view second = {}) {
  std::string result{verb};
  result.append(":").append(first);
  if (!second.empty())
    result.append(":").append(second);
  return result;
}

template <class Message>
void tell_lanes(const environment& env, const Message& x) {
  for (auto& lane : env.lanes)
    caf::anon_send(lane.actor, x);
}

void close_here(const environment& env, actor_number connection) {
  tell_lanes(env, close_one{connection, close_code::too_many_connections,
                            "the user has too many connections"});
}

void answer_here(const environment& env, actor_number asker, std::string rival,
                 bool alive) {
  tell_lanes(env, probe_answered{asker, {std::move(rival), alive}});
}

void probe_here(const environment& env, actor_number connection,
                probe::answer_function answer) {
  auto question = std::make_shared<probe>(std::move(answer));
  tell_lanes(
    env, probe_one{connection, std::move(question), env.limits.probe_timeout});
}

class eviction_listener final : public subscriber {
public:
  explicit eviction_listener(environment_ptr env) : env_(std::move(env)) {
    // nop
  }

  void on_subscribed() override {
    // nop
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    for (auto& x : batch)
      obey(*x);
  }

  void on_gap(unix_time, unix_time) override {
    // nop: as above
  }

  void on_refused(const std::string&) override {
    // nop
  }

private:
  void obey(std::string_view word) {
    auto colon = word.find(':');
    auto verb = word.substr(0, colon);
    auto rest = colon != word.npos ? word.substr(colon + 1) : "";
    colon = rest.find(':');
    auto number = connection_number(*env_, rest.substr(0, colon));
    std::string other{colon != rest.npos ? rest.substr(colon + 1) : ""};
    auto known = verb == evict_verb || verb == probe_verb || verb == alive_verb
                 || verb == silent_verb;
    if (!known)
      ++env_->delivery_counts->unknown_versions;
    else if (number == 0 || other.empty() != (verb == evict_verb))
      ++env_->delivery_counts->malformed_packets;
    else if (verb == evict_verb)
      close_here(*env_, number);
    else if (verb == probe_verb)
      probe_for(number, std::string{rest.substr(0, colon)}, std::move(other));
    else
      answer_here(*env_, number, std::move(other), verb == alive_verb);
  }

  void probe_for(actor_number connection, std::string id, std::string asker) {
    probe_here(
      *env_, connection,
      [env = env_, id = std::move(id), asker = std::move(asker)](bool alive) {
        say(*env, asker,
            make_word(alive ? alive_verb : silent_verb, asker, id));
      });
  }

  environment_ptr env_;
};

} // namespace

void evict(const environment& env, const std::string& id) {
  if (auto number = connection_number(env, id))
    close_here(env, number);
  else
    say(env, id, make_word(evict_verb, id));
}

void ask_after(const environment& env, const std::string& rival,
               actor_number asker) {
  if (auto number = connection_number(env, rival))
    probe_here(env, number,
               [env = env.shared_from_this(), rival, asker](bool alive) {
                 answer_here(*env, asker, rival, alive);
               });
  else
    say(env, rival, make_word(probe_verb, rival, connection_id(env, asker)));
}

std::shared_ptr<subscriber> make_eviction_listener(environment_ptr env) {
  return std::make_shared<eviction_listener>(std::move(env));
}

} // namespace atrium
