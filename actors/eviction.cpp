#include "atrium/actors/eviction.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace {

constexpr std::string_view verb = "evict:"; // and the connection's id

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
    // nop: the registry says it again when it renews the place
  }

  void on_refused(const std::string&) override {
    // nop
  }

private:
  void obey(std::string_view word) {
    if (!word.starts_with(verb)) {
      ++env_->counters->unknown_versions;
      return;
    }
    auto number = connection_number(*env_, word.substr(verb.size()));
    if (number == 0) {
      ++env_->counters->malformed_packets;
      return;
    }
    for (auto& lane : env_->lanes)
      caf::anon_send(lane.actor,
                     close_one{number, close_code::too_many_connections,
                               "the user has too many connections"});
  }

  environment_ptr env_;
};

} // namespace

void evict(bus& by, const channel_names& names, std::string_view id) {
  auto node = id.substr(0, id.rfind('-'));
  auto word = std::string{verb}.append(id);
  by.publish(names.node(node),
             std::make_shared<const std::string>(std::move(word)), [](errc) {
               // nop: as above
             });
}

std::shared_ptr<subscriber> make_eviction_listener(environment_ptr env) {
  return std::make_shared<eviction_listener>(std::move(env));
}

} // namespace atrium
