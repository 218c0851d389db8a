#pragma once

#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/admission/rate_options.hpp"
#include "atrium/net/http/node_context.hpp"

#include <memory>
#include <utility>

namespace atrium::test {

/// What HTTP needs of a node whose routes ask it for nothing.
inline node_context bare_context(caf::actor_system& sys, environment_ptr env, directory_actor root,
                                 std::shared_ptr<const node_life> life) {
  return {.system = sys,
          .rules = {},
          .env = std::move(env),
          .directory = std::move(root),
          .connections = {},
          .client_counts = std::make_shared<client_counters>(),
          .life = std::move(life),
          .health = {},
          .authenticator = {},
          .metrics = {},
          .sweep = {},
          .inspection = {},
          .api = {},
          .admission = {},
          .internal = {}};
}

} // namespace atrium::test
