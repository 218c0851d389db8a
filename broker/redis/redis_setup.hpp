#pragma once

#include "atrium/broker/redis/link_purpose.hpp"
#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Returns what the answer to ROLE says the server is if it is no master, e.g.
/// `slave`; empty if it is one, or does not say.
std::string_view role_but_master(resp_reply reply) noexcept;

/// The first words on a new connection: who we are, which database, and whether
/// the server is a master that is ready to serve: a replica takes messages and
/// passes them on to nobody but its own subscribers. Pure state, for one
/// thread.
class redis_setup {
public:
  enum class result {
    more,   ///< Answers are outstanding.
    done,   ///< The connection is ready for use.
    failed, ///< See `error`: drop the connection.
  };

  /// Appends all commands of the set-up to `out`. A connection for commands
  /// also asks for the incarnation; a sentinel has no role, nor
  /// databases, and any node of a cluster knows the others.
  redis_setup(const redis_client_config& config, std::string_view client_name,
              link_purpose purpose, std::string& out);

  /// Takes the next answer.
  result on_reply(resp_reply reply);

  /// Returns what names the server since its start, its `run_id`; empty if it
  /// was not asked, or does not say.
  const std::string& incarnation() const noexcept {
    return incarnation_;
  }

  /// Returns why the connection was lost meanwhile, with what may be behind it.
  std::string explain(std::string_view reason) const;

  /// Returns what the server has complained about.
  const std::string& error() const noexcept {
    return error_;
  }

private:
  enum class step { auth, select, set_name, ping, role, info };

  void log_in(const redis_client_config& config, link_purpose purpose,
              std::string& out);
  std::string flaw(step current, resp_reply reply);

  std::vector<step> steps_; // without an answer, the next one last
  const bool is_nobody_;    // shows no certificate
  bool is_heard_ = false;
  std::string error_;
  std::string incarnation_;
};

} // namespace atrium
