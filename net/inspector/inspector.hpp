#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/net/inspector/inspect_service.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace atrium {

class cluster;
class inspect_target;
struct survey;

/// Runs something in the inspector, for what is answered on other threads.
struct continuation {
  std::function<void()> run;
};

/// Knows how to look into every actor.
using inspector_actor = inspect_service::extend<
  // Internal: what was answered on another thread.
  caf::reacts_to<continuation>>::extend_with<observable_actor>;

/// What the inspector is made from.
struct inspector_setup {
  environment_ptr env;
  directory_actor directory;
  std::shared_ptr<class cluster> cluster; ///< Null: this node only.

  /// What the node says of itself, as the text of a JSON object. Any thread.
  std::function<std::string()> facts;
};

/// The state of the inspector. Asks the actors in question, each with a time
/// limit: one that does not answer is shown as stuck, and the others still are
/// shown. Long lists are paged, so no question costs more than its page.
class inspector_state {
public:
  static inline constexpr auto name = "inspector";

  using answer = caf::typed_response_promise<std::uint16_t, std::string>;

  explicit inspector_state(inspector_actor::pointer self) : self_(self) {
    // nop
  }

  void start(inspector_setup setup) {
    setup_ = std::move(setup);
  }

  caf::result<std::uint16_t, std::string> view(const std::string& target);

  caf::result<std::uint16_t, std::string> act(const std::string& target,
                                              const std::string& body);

  const std::string& node_id() const {
    return setup_.env->node_id;
  }

  friend caf::error inspect(json_inspector& f, inspector_state& x);

private:
  class gathering;

  void view_path(const inspect_target& x, answer to);
  void view_node(answer to);
  void view_tree(const inspect_target& x, answer to);
  void view_children(child_kind kind, const inspect_target& x, answer to);
  void view_connections(const inspect_target& x, answer to);
  void view_connection(const std::string& id, bool everywhere, answer to);
  void view_actor(const std::string& number, answer to);
  void view_found(const inspect_target& x, answer to);
  void view_top(const inspect_target& x, answer to);
  void view_events(const inspect_target& x, answer to);
  void view_cluster(answer to);
  void view_here(child_kind kind, const std::string& name, answer to);
  void view_members(const std::string& room, const inspect_target& x,
                    answer to);
  void view_everywhere(child_kind kind, const std::string& name, answer to);

  void disconnect_connection(const std::string& id, bool everywhere, answer to);
  void disconnect_user(const std::string& name, bool everywhere, answer to);
  void publish(const std::string& room, const std::string& body, answer to);
  void disconnect_everywhere(const std::string& user, answer to);
  void ask_node_of(const std::string& connection, const char* kind, answer to);
  void close(actor_number connection);
  static void add_slow(const std::shared_ptr<gathering>& all, const child& x);

  /// Runs `f` in this actor, from any thread.
  std::function<void(std::function<void()>)> here() const;

  inspector_actor::pointer self_;
  inspector_setup setup_;
  std::uint64_t refused_ = 0; // questions that made no sense
};

/// Spawnable class: `spawn<inspector>(setup)`. Lives as long as the node; told
/// to exit by it.
class inspector : public caf::stateful_actor<inspector_state,
                                             observed<inspector_actor::base>> {
public:
  inspector(caf::actor_config& config, inspector_setup setup);

  behavior_type make_behavior() override;
};

/// Asks from any thread, without waiting; `then` gets status and JSON, once, on
/// a thread of CAF. With a `body` it is an act.
void ask_inspector(caf::actor_system& system, const inspect_service& whom,
                   std::string target, std::optional<std::string> body,
                   std::function<void(unsigned, std::string)> then);

/// Answers what another node asks of this one (actors/cluster/cluster.hpp): the
/// JSON of a view that does not look beyond this node, empty where there is
/// nothing.
void answer_cluster(caf::actor_system& system, const inspect_service& whom,
                    survey what, std::function<void(std::string)> done);

} // namespace atrium

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::continuation)
