#include "atrium/actors/cluster/survey_actor.hpp"

#include "atrium/actors/cluster/channel_list.hpp"
#include "atrium/actors/cluster/connection_commands.hpp"
#include "atrium/actors/cluster/control_channel.hpp"
#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/room_homes.hpp"
#include "atrium/actors/util/cluster_counters.hpp"
#include "atrium/actors/util/delivery_counters.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

namespace atrium {

namespace {

constexpr auto stopping = "the node stops";

} // namespace

// -- surveys of this node ---------------------------------------------------

void survey_state::start(cluster_actor::pointer self, cluster_setup setup) {
  self_ = self;
  setup_ = std::move(setup);
  serving_ = std::make_shared<semaphore>(cluster_setup::max_surveys);
}

// The own node answers whether or not the bus works. What is sent is on its way
// before the registry is asked: nobody waits longer than for the slower of the
// two.
void survey_state::ask(start_survey& x) {
  auto id = ++surveys_;
  auto& env = *setup_.env;
  survey_request request{id, std::move(x.what)};
  under_way_.emplace(
    id, under_way{std::move(x.done), pending_survey{x.run, env.run_id}});
  self_->delayed_send(self_, setup_.patience, survey_overdue{id});
  auto self = cluster_actor{self_};
  auto unsent = [self, id](const publish_receipt& receipt) {
    if (receipt.error != errc::none)
      caf::anon_send(self, survey_unsent{id});
  };
  if (x.run.empty())
    send_to_all(env, request, std::move(unsent));
  else if (x.run != env.run_id)
    send_to_node(env, x.run, request, std::move(unsent));
  // Half: an error of the registry is part of the result, too.
  setup_.registry->list(setup_.patience / 2, [self, id](node_listing nodes) {
    caf::anon_send(self, nodes_listed{id, std::move(nodes)});
  });
  if (x.run.empty() || x.run == env.run_id)
    answer(env.run_id, request, {});
}

void survey_state::change_answerer(answer_by& x) {
  setup_.answer = std::move(x.by);
}

void survey_state::take(nodes_listed& x) {
  auto i = under_way_.find(x.id);
  if (i == under_way_.end())
    return;
  i->second.found.take(std::move(x.nodes));
  end_if_complete(i);
}

void survey_state::give_up_others(const survey_unsent& x) {
  auto i = under_way_.find(x.id);
  if (i == under_way_.end())
    return;
  i->second.found.give_up_others();
  end_if_complete(i);
}

// The first answer of a run counts.
void survey_state::collect(const std::string& run, survey_response x) {
  auto i = under_way_.find(x.id);
  if (i == under_way_.end()) {
    ++late_;
    return;
  }
  // The node has answered all the same: it must not count as silent.
  if (held_ + x.json.size() > max_held_bytes) {
    ++setup_.env->cluster_counts->responses_refused;
    x.json = error_response("too_large");
  }
  auto size = x.json.size();
  if (!i->second.found.add({std::move(x.node), run, std::move(x.json)}))
    return;
  held_ += size;
  end_if_complete(i);
}

void survey_state::give_up(const survey_overdue& x) {
  auto i = under_way_.find(x.id);
  if (i != under_way_.end())
    end(i);
}

void survey_state::end_if_complete(surveys::iterator i) {
  if (i->second.found.is_complete())
    end(i);
}

void survey_state::end(surveys::iterator i) {
  tell(i, i->second.found.finish());
}

void survey_state::tell(surveys::iterator i, survey_result x) {
  // Off the list before it is told: who is told may ask again at once.
  auto done = std::move(i->second.done);
  held_ -= i->second.found.bytes();
  under_way_.erase(i);
  done.tell(std::move(x));
}

void survey_state::stop() {
  while (!under_way_.empty())
    tell(under_way_.begin(), {{}, {}, stopping});
  self_->quit(caf::exit_reason::user_shutdown);
}

// -- surveys of others --------------------------------------------------------

void survey_state::take(const control_packets& x) {
  for (auto& bytes : x.batch) {
    auto read
      = decode_control_packet(*bytes, setup_.env->limits->message_bytes);
    if (auto* why = std::get_if<control_packet_error>(&read)) {
      drop(*why);
      continue;
    }
    auto& packet = std::get<control_packet>(read);
    auto makes_sense = std::visit(
      [&](auto& what) { return dispatch(packet.run, what, x.held); },
      packet.what);
    if (!makes_sense)
      drop(control_packet_error::malformed);
  }
}

void survey_state::drop(control_packet_error why) {
  ++errors_;
  auto& all = *setup_.env->delivery_counts;
  ++(why == control_packet_error::unknown ? all.unknown_versions
                                          : all.malformed_packets);
}

bool survey_state::dispatch(const std::string& run, survey_request& x,
                            const permit&) {
  auto& env = *setup_.env;
  if (run == env.run_id)
    return true; // has been answered without the bus
  if (!serving_->try_acquire(1)) {
    ++env.cluster_counts->surveys_refused;
    respond(run, {x.id, env.node_id, error_response("busy")});
    return true;
  }
  ++served_;
  answer(run, x, permit{serving_, 1});
  return true;
}

bool survey_state::dispatch(const std::string& run, survey_response& x,
                            const permit&) {
  collect(run, std::move(x));
  return true;
}

// The permit goes along: other mailboxes have no bound.
bool survey_state::dispatch(const std::string&, user_command& x,
                            const permit& held) {
  if (setup_.directory)
    self_->send(setup_.directory, command_user{std::move(x), held});
  return true;
}

bool survey_state::dispatch(const std::string&, close_room_command& x,
                            const permit& held) {
  if (setup_.directory)
    self_->send(setup_.directory, close_room{std::move(x.room), held});
  return true;
}

// A connection belongs to the run of its node.
bool survey_state::dispatch(const std::string& run, room_request& x,
                            const permit& held) {
  auto& homes = setup_.env->homes;
  if (!x.connection.empty() && run_of(x.connection) != run)
    return false;
  if (homes)
    homes->take({run, std::move(x), held});
  return true;
}

template <class Command>
bool survey_state::dispatch(const std::string&, const Command& x,
                            const permit&) {
  return obey(*setup_.env, x);
}

// The permit is given back when the responder forgets whom to tell.
void survey_state::answer(const std::string& run, const survey_request& x,
                          const permit& held) {
  auto done
    = [to = cluster_actor{self_}, id = x.id, run, held](std::string json) {
        caf::anon_send(to, response_ready{id, run, std::move(json)});
      };
  try {
    if (x.what.kind == "facts" && setup_.status_text)
      done(setup_.status_text());
    else if (x.what.kind == "channels" && setup_.directory)
      list_rooms(x.what, done);
    else if (setup_.answer)
      setup_.answer(x.what, done);
    else
      done({});
  } catch (const std::exception& e) {
    ++errors_;
    log::error("cluster_answer_failed", {{"error", e.what()}},
               "cluster cannot answer");
    done(error_response("internal"));
  }
}

void survey_state::list_rooms(const survey& what,
                              std::function<void(std::string)> done) {
  constexpr std::size_t braces = 64;
  self_
    ->request(setup_.directory, setup_.patience,
              list_occupied{what.name, max_response_bytes - braces})
    .then([done](const occupied_rooms& y) { done(to_json(y)); },
          [done](const caf::error&) { done(error_response("unavailable")); });
}

void survey_state::take(response_ready& x) {
  auto& env = *setup_.env;
  survey_response with{x.id, env.node_id, fit_response(std::move(x.json))};
  if (x.run == env.run_id)
    collect(x.run, std::move(with));
  else
    respond(x.run, std::move(with));
}

void survey_state::respond(const std::string& run, survey_response x) {
  send_to_node(*setup_.env, run, std::move(x));
}

caf::error inspect(json_inspector& f, survey_state& x) {
  return f(named("name"), "cluster", named("under_way"), x.under_way_.size(),
           named("held_bytes"), x.held_, named("asked"), x.surveys_,
           named("served"), x.served_, named("late"), x.late_, named("errors"),
           x.errors_, named("restarts"), 0);
}

// -- the actor ----------------------------------------------------------------

survey_actor::survey_actor(caf::actor_config& config, lane_unit* unit,
                           cluster_setup setup)
  : stateful_actor(config, unit) {
  state.start(this, std::move(setup));
}

survey_actor::behavior_type survey_actor::make_behavior() {
  return {
    [this](start_survey& x) { state.ask(x); },
    [this](answer_by& x) { state.change_answerer(x); },
    [this](nodes_listed& x) { state.take(x); },
    [this](const control_packets& x) { state.take(x); },
    [this](const survey_unsent& x) { state.give_up_others(x); },
    [this](response_ready& x) { state.take(x); },
    [this](const survey_overdue& x) { state.give_up(x); },
    [this](stop_atom) { state.stop(); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
