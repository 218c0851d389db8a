#pragma once

#include "atrium/net/inspector/inspect_service.hpp"

#include <caf/expected.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace caf {
class actor_system;
class actor_system_config;
} // namespace caf

namespace atrium {

/// The files of one who shows a certificate and wants to see one; PEM.
struct certificate_paths {
  std::string cert; ///< Its own certificate and those above it.
  std::string key;
  std::string ca; ///< Who has signed the certificates that are believed.

  bool all() const {
    return !cert.empty() && !key.empty() && !ca.empty();
  }

  bool any() const {
    return !cert.empty() || !key.empty() || !ca.empty();
  }
};

/// Lets actors of two processes talk: CAF's own protocol, bare or with mutual
/// certificates. Bare it protects nothing (net/README.md says more), so that is
/// for loopback only. Nothing of it runs before `load_into`.
class remoting {
public:
  /// Who listens and who connects.
  enum class side : std::uint8_t { server, client };

  /// How often both sides show that they are there, and for how long a client
  /// may be silent.
  static constexpr std::chrono::seconds heartbeat{1};
  static constexpr std::chrono::seconds patience{5};

  /// Reads the certificates; afterwards their files do not matter any more: CAF
  /// reads them for every connection and would end the process if they were
  /// gone. Returns what is wrong with which one: `key: FILE: reason`. Blocks.
  std::string read(const certificate_paths& from);

  /// Whether certificates are wanted.
  bool is_secure() const {
    return !files_.empty();
  }

  /// Prepares for an actor system, which has to end before this object does.
  void load_into(caf::actor_system_config& out, side which) const;

  /// Lets others reach `what`; returns the port. Blocks, not for long.
  caf::expected<std::uint16_t> publish(const inspect_service& what,
                                       const std::string& host,
                                       std::uint16_t port) const;

  /// Reaches no more what was published there. Does not wait.
  static void close(caf::actor_system& system, std::uint16_t port);

private:
  class memory_file;

  std::vector<std::shared_ptr<memory_file>> files_; // cert, key, CA
};

} // namespace atrium
