#include "atrium/actors/cluster/cluster.hpp"

#include "atrium/actors/cluster/cluster_desk.hpp"
#include "atrium/actors/cluster/cluster_ear.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/bus.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace atrium {

namespace {

constexpr std::chrono::seconds list_patience{2};

} // namespace

cluster::cluster(caf::actor_system& system, caf::execution_unit* unit,
                 cluster_setup setup)
  : env_(setup.env),
    registry_(setup.registry),
    places_(std::make_shared<semaphore>(max_questions)),
    desk_(system.spawn<cluster_desk>(unit, std::move(setup))) {
  auto ear = make_cluster_ear(desk_, *env_);
  questions_ = env_->bus->subscribe(env_->names.nodes(), ear);
  answers_ = env_->bus->subscribe(env_->names.answers(env_->run_id), ear);
}

cluster::~cluster() {
  stop();
}

void cluster::list(std::function<void(node_listing)> done) const {
  registry_->list(list_patience, std::move(done));
}

void cluster::ask(question what,
                  std::function<void(cluster_answer)> done) const {
  auto refuse = [&](const char* why) {
    ++env_->cluster_counts->questions_refused;
    done({{}, {}, why});
  };
  if (what.kind.size() + what.name.size() > max_question_bytes)
    return refuse("too_large");
  if (!places_->try_acquire(1))
    return refuse("busy");
  caf::anon_send(
    desk_, ask_nodes{std::move(what), {std::move(done), permit{places_, 1}}});
}

void cluster::answer_with(answerer by) const {
  caf::anon_send(desk_, answer_by{std::move(by)});
}

void cluster::stop() {
  questions_ = {};
  answers_ = {};
  caf::anon_send(desk_, stop_atom{});
}

} // namespace atrium
