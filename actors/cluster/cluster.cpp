#include "atrium/actors/cluster/cluster.hpp"

#include "atrium/actors/cluster/survey_actor.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/broker/bus.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace atrium {

namespace {

constexpr std::chrono::seconds list_patience{2};

} // namespace

cluster::cluster(caf::actor_system& system, lane_unit* unit,
                 cluster_setup setup)
  : env_(setup.env),
    registry_(setup.registry),
    places_(std::make_shared<semaphore>(cluster_setup::max_surveys)),
    at_(setup.at),
    actor_(system.spawn<survey_actor>(unit, std::move(setup))) {
  // Last: packets may come from now on, and the actor is there for them.
  channel_.emplace(*env_, at_.bus_of(*env_), actor_);
}

cluster::~cluster() {
  stop();
}

void cluster::list(std::function<void(node_listing)> done) const {
  registry_->list(list_patience, std::move(done));
}

void cluster::survey_all(survey what,
                         std::function<void(survey_result)> done) const {
  survey_one({}, std::move(what), std::move(done));
}

void cluster::survey_one(std::string run, survey what,
                         std::function<void(survey_result)> done) const {
  auto refuse = [&](const char* why) {
    ++env_->cluster_counts->surveys_refused;
    done({{}, {}, why});
  };
  if (what.kind.size() + what.name.size() > max_survey_bytes)
    return refuse("too_large");
  // Here, not in the actor: its mailbox has no bound. The callback has the
  // permit, which is given back whatever becomes of the survey.
  if (!places_->try_acquire(1))
    return refuse("busy");
  caf::anon_send(actor_, start_survey{std::move(run),
                                      std::move(what),
                                      {std::move(done), permit{places_, 1}}});
}

void cluster::answer_with(survey_responder by) const {
  caf::anon_send(actor_, answer_by{std::move(by)});
}

void cluster::stop() {
  // The destructor comes by here again: then nobody gets the message.
  channel_.reset();
  caf::anon_send(actor_, stop_atom{});
}

} // namespace atrium
