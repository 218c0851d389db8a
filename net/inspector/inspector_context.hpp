#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/observed.hpp"
#include "atrium/net/inspector/inspect_service.hpp"

#include <caf/send.hpp>
#include <caf/typed_response_promise.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium {

class cluster;

/// Runs something in the inspector, for what is answered on other threads.
struct continuation {
  std::function<void()> run;
};

/// Knows how to look into every actor.
using inspector_actor = inspect_service::extend<
  // Internal: what was answered on another thread.
  caf::reacts_to<continuation>>::extend_with<observable_actor>;

/// Whoever has children with names: the directory, and the table of owners.
using parent_actor = caf::typed_actor<
  caf::replies_to<list_children>::with<children>,
  caf::replies_to<find_child>::with<children>>::extend_with<observable_actor>;

/// What the inspector is made from.
struct inspector_setup {
  environment_ptr env;
  directory_actor directory;
  std::shared_ptr<class cluster> cluster; ///< Null: this node only.

  /// What the node says of itself, as the text of a JSON object. Any thread.
  std::function<std::string()> status_text;
};

/// An answer that is due: an HTTP status, and the text of a JSON object.
using inspect_answer = caf::typed_response_promise<std::uint16_t, std::string>;

/// Where views and acts run: in the inspector, with all it is made from. Lives
/// as long as the inspector.
struct inspector_context : inspector_setup {
  inspector_actor::pointer self = nullptr;

  /// Returns who has the children of this kind. Null: no room has one home, so
  /// there are no owners.
  parent_actor parent_of(child_kind kind) const;

  /// Returns what runs something in the inspector, from any thread.
  std::function<void(std::function<void()>)> here() const {
    return [to = inspector_actor{self}](std::function<void()> run) {
      caf::anon_send(to, continuation{std::move(run)});
    };
  }
};

} // namespace atrium

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::continuation)
