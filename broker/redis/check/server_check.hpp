#pragma once

#include "atrium/broker/redis/check/redis_needs.hpp"
#include "atrium/broker/redis/check/redis_questioner.hpp"
#include "atrium/broker/redis/check/redis_report.hpp"
#include "atrium/broker/redis/check/server_facts.hpp"

#include <memory>

namespace atrium {

/// Looks at the servers to which an address leads, one at a time. Blocks, never
/// beyond its deadline.
class server_check {
public:
  server_check(const redis_access& access, const redis_needs& needs,
               redis_questioner::clock::time_point deadline);

  /// Connects to the server of `at` that `host` names, unless it has a path,
  /// logs in, and looks whether the server is of `kind`. Adds what it is; null,
  /// and an error is added, if the server is of no use.
  std::unique_ptr<redis_questioner> enter(const redis_address& at,
                                          const redis_host& host,
                                          redis_kind kind,
                                          redis_report& to) const;

  /// The same, and looks at its settings and at the rights of its user. Returns
  /// whether it came so far.
  bool check(const redis_address& at, const redis_host& host, redis_kind kind,
             redis_report& to) const;

private:
  std::string log_in(redis_questioner& server, const redis_address& at,
                     redis_kind kind, redis_report& to) const;

  std::shared_ptr<current_access> access_;
  const redis_needs& needs_;
  const redis_questioner::clock::time_point deadline_;
};

} // namespace atrium
