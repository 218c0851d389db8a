#pragma once

#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/resp_reply.hpp"

#include <string>
#include <string_view>

namespace atrium {

// What is wrong with a connection, in words for operators. Each returns one
// sentence, without the password.

/// Returns what `error`, of a connector, means at an address of one server.
std::string explain_connect(const redis_address& at, const std::string& error);

/// Returns what it means that the connection has ended, or that nothing has
/// come (`why`), or that `heard` is no Redis.
std::string explain_silence(const redis_address& at, const std::string& why,
                            std::string_view heard);

/// Returns what the answer to AUTH or, without a password, to HELLO means;
/// empty if it lets us in. `is_sentinel`: who was asked is to be one.
std::string explain_login(resp_reply reply, const std::string& user,
                          bool has_password, bool is_sentinel);

} // namespace atrium
