#include "atrium/actors/cluster/cluster.hpp"

#include "atrium/actors/cluster/cluster_desk.hpp"
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
  channel_.emplace(*env_, desk_);
}

cluster::~cluster() {
  stop();
}

void cluster::list(std::function<void(node_listing)> done) const {
  registry_->list(list_patience, std::move(done));
}

void cluster::ask(question what,
                  std::function<void(cluster_answer)> done) const {
  ask_one({}, std::move(what), std::move(done));
}

void cluster::ask_one(std::string run, question what,
                      std::function<void(cluster_answer)> done) const {
  auto refuse = [&](const char* why) {
    ++env_->cluster_counts->questions_refused;
    done({{}, {}, why});
  };
  if (what.kind.size() + what.name.size() > max_question_bytes)
    return refuse("too_large");
  if (!places_->try_acquire(1))
    return refuse("busy");
  caf::anon_send(desk_, ask_nodes{std::move(run),
                                  std::move(what),
                                  {std::move(done), permit{places_, 1}}});
}

void cluster::answer_with(answerer by) const {
  caf::anon_send(desk_, answer_by{std::move(by)});
}

void cluster::stop() {
  channel_.reset();
  caf::anon_send(desk_, stop_atom{});
}

} // namespace atrium
