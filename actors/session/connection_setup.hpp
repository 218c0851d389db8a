#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/environment.hpp"
#include "atrium/actors/identity.hpp"
#include "atrium/actors/interfaces.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace atrium {

/// What a connection actor is made from.
struct connection_setup {
  environment_ptr env;
  directory_actor directory;
  std::shared_ptr<client_session> out;
  std::size_t lane = 0;
  identity who;
  /// Of what the client publishes without one; empty or as `read_traceparent`
  /// returns it.
  std::string traceparent = {};
};

} // namespace atrium
