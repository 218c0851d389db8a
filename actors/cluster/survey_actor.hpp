#pragma once

#include "atrium/actors/cluster/cluster_setup.hpp"
#include "atrium/actors/cluster/pending_survey.hpp"
#include "atrium/actors/cluster/survey_callback.hpp"
#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/actors/util/pinned.hpp"

#include <caf/stateful_actor.hpp>

#include <map>

namespace atrium {

// -- messages; what they are for: actors/interfaces.hpp -----------------------

struct start_survey {
  std::string run; // of the only one to ask; empty: all
  survey what;
  survey_callback done;
};

struct answer_by {
  survey_responder by;
};

struct nodes_listed {
  std::uint64_t id = 0; // of the survey
  node_listing nodes;
};

struct survey_unsent {
  std::uint64_t id = 0;
};

struct survey_overdue {
  std::uint64_t id = 0;
};

struct response_ready {
  std::uint64_t id = 0;
  std::string run; // who has asked
  std::string json;
};

/// The state behind `cluster`: gathers the answers to this node's surveys,
/// has those of others answered and their commands carried out.
class survey_state {
public:
  static inline constexpr auto name = "cluster";

  /// Of answers to all surveys so much is kept at once; what comes over it is
  /// an error in its place.
  static constexpr std::size_t max_held_bytes = std::size_t{32} << 20;

  void start(cluster_actor::pointer self, cluster_setup setup);

  void ask(start_survey& x);

  void change_answerer(answer_by& x);

  void take(nodes_listed& x);

  void take(const control_packets& x);

  void take(response_ready& x);

  /// The bus has not taken the survey: nobody else will answer.
  void give_up_others(const survey_unsent& x);

  /// The patience with a survey is over.
  void give_up(const survey_overdue& x);

  void stop();

  friend caf::error inspect(json_inspector& f, survey_state& x);

private:
  struct under_way {
    survey_callback done;
    pending_survey found;
  };

  using surveys = std::map<std::uint64_t, under_way>;

  /// Return false if that makes no sense here.
  bool dispatch(const std::string& run, survey_request& x, const permit& held);
  bool dispatch(const std::string& run, survey_response& x, const permit& held);
  bool dispatch(const std::string& run, user_command& x, const permit& held);
  bool dispatch(const std::string& run, close_room_command& x,
                const permit& held);
  bool dispatch(const std::string& run, room_request& x, const permit& held);
  template <class Command>
  bool dispatch(const std::string& run, const Command& x, const permit& held);

  void drop(control_packet_error why);
  void collect(const std::string& run, survey_response x);
  void answer(const std::string& run, const survey_request& x,
              const permit& held);
  void list_rooms(const survey& what, std::function<void(std::string)> done);
  void respond(const std::string& run, survey_response x);
  void end_if_complete(surveys::iterator i);
  void end(surveys::iterator i);
  void tell(surveys::iterator i, survey_result x);

  cluster_actor::pointer self_ = nullptr;
  cluster_setup setup_;
  std::shared_ptr<semaphore> serving_; // of others' surveys
  surveys under_way_;
  std::size_t held_ = 0; // bytes of answers
  std::uint64_t surveys_ = 0;
  std::uint64_t served_ = 0;
  std::uint64_t late_ = 0; // answers that nobody waited for any more
  std::uint64_t errors_ = 0;
};

/// Spawnable class: `spawn<survey_actor>(unit, setup)`. Ends by `stop`.
class survey_actor
  : public caf::stateful_actor<survey_state,
                               observed<pinned<cluster_actor::base>>> {
public:
  survey_actor(caf::actor_config& config, lane_unit* unit, cluster_setup setup);

  behavior_type make_behavior() override;
};

} // namespace atrium
