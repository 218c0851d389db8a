#pragma once

#include "atrium/broker/redis/check/redis_needs.hpp"
#include "atrium/broker/redis/check/redis_report.hpp"
#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/resp_reply.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What a right is needed for.
enum class redis_feature : std::uint8_t {
  basics,   ///< Links, the list of nodes, leases.
  plain,    ///< Channels, but for Redis Cluster.
  cluster,  ///< Channels and slots of Redis Cluster.
  database, ///< An address that names a database.
  users,
  history,
  presence,
  inbox,
  events,
  owners,
};

/// A command that a user of Redis has to be allowed.
struct redis_right {
  redis_feature feature;
  std::string_view rule; ///< What ACL SETUSER calls it, without the plus.
  /// A use that has no effect, or one that a later row takes back. `@room` is a
  /// key, `#room` a channel of that kind, `$db` the database.
  std::string_view form;
};

/// Returns all of them: what the README of redis lists, and what is checked.
std::span<const redis_right> all_redis_rights();

/// Finds out by trying which rights a user lacks. `ACL DRYRUN` is not for users
/// with the least rights, nor for Redis 6. Pure state.
class rights_check {
public:
  rights_check(const redis_needs& needs, const redis_address& at);

  /// Returns the commands to send, in this order.
  std::vector<std::vector<std::string>> questions() const;

  /// Takes the answer to the next one.
  void on_reply(resp_reply reply);

  /// Adds what is missing, after the last answer.
  void report(redis_report& to) const;

private:
  std::string word(std::string_view text) const;
  std::string pattern_of(std::string_view form) const;

  const std::string name_space_;
  const std::string user_;
  const unsigned db_;
  std::vector<const redis_right*> asked_;
  std::size_t next_ = 0;

  // As ACL SETUSER takes them, each once.
  std::vector<std::string> commands_;
  std::vector<std::string> optional_;
  std::vector<std::string> keys_;
  std::vector<std::string> channels_;
  std::vector<std::string> unknown_; // commands that the server has not
  std::string refusal_;              // of all writes
};

} // namespace atrium
