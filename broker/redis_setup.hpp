#pragma once

#include "atrium/broker/redis_url.hpp"
#include "atrium/broker/resp.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// The first words on a new connection: who we are, which database, and whether
/// the server is ready to serve. Pure state, for one thread.
class redis_setup {
public:
  enum class result {
    more,   ///< Answers are outstanding.
    done,   ///< The connection is ready for use.
    failed, ///< See `error`: drop the connection.
  };

  /// Appends all commands of the set-up to `out`.
  redis_setup(const redis_url& url, std::string_view client_name,
              std::string& out);

  /// Takes the next answer.
  result on_reply(resp_reply reply);

  /// Returns what the server has complained about.
  const std::string& error() const noexcept {
    return error_;
  }

private:
  enum class step { auth, select, set_name, ping };

  static bool is_fatal(step current, resp_reply reply);

  std::vector<step> steps_; // without an answer, the next one last
  std::string error_;
};

} // namespace atrium
