#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/options.hpp"
#include "atrium/net/remoting.hpp"

#include <caf/fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace atrium {

/// Returns what is wrong with the options of the port, or nothing; reads no
/// files.
std::string check_inspect(const options& from);

/// Where `atrium inspect` reaches a node, if the operator wants that
/// (`--inspect-port`); else it costs nothing. Belongs to the thread of `main`,
/// and has to live longer than the actor system.
class inspect_port {
public:
  /// Reads the certificates, if there are any. Blocks.
  explicit inspect_port(const options& from);

  /// What is wrong with the certificates, or nothing.
  const std::string& error() const {
    return error_;
  }

  /// Adds what CAF needs for it to the configuration of an actor system.
  void load_into(caf::actor_system_config& out) const;

  /// Lets tools ask `inspector`. Returns what went wrong, or nothing.
  std::string open(caf::actor_system& system, const inspect_service& inspector,
                   std::shared_ptr<counters> count);

  /// No more questions. Harmless when it is not open.
  void close();

private:
  std::string host_;
  std::uint16_t port_; // 0: not wanted
  remoting remoting_;
  std::string error_;
  inspect_service desk_; // none: not open
};

} // namespace atrium
