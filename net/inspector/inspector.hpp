#pragma once

#include "atrium/net/inspector/inspector_context.hpp"

#include <caf/stateful_actor.hpp>

#include <string>

namespace atrium {

class inspect_target;

/// The state of the inspector. Asks the actors in question, each with a time
/// limit: one that does not answer is shown as stuck, and the others still are
/// shown. Long lists are paged, so no request costs more than its page.
class inspector_state {
public:
  static inline constexpr auto name = "inspector";

  explicit inspector_state(inspector_actor::pointer self) {
    context_.self = self;
  }

  void start(inspector_setup setup) {
    static_cast<inspector_setup&>(context_) = std::move(setup);
  }

  caf::result<std::uint16_t, std::string> view(const std::string& target);

  caf::result<std::uint16_t, std::string> act(const std::string& target,
                                              const std::string& body);

  friend caf::error inspect(json_inspector& f, inspector_state& x);

private:
  void view_path(const inspect_target& x, inspect_answer to);

  inspector_context context_;
  std::uint64_t refused_ = 0; // requests that made no sense
};

/// Spawnable class: `spawn<inspector>(setup)`. Lives as long as the node; told
/// to exit by it.
class inspector : public caf::stateful_actor<inspector_state,
                                             observed<inspector_actor::base>> {
public:
  inspector(caf::actor_config& config, inspector_setup setup);

  behavior_type make_behavior() override;
};

} // namespace atrium
