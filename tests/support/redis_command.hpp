#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// Runs one command on a connection of its own to a unix socket, and waits for
/// the reply. Returns the texts and numbers of the reply; of an array first the
/// number of its items. Throws std::system_error if the server does not answer.
std::vector<std::string> redis_command(const std::string& socket,
                                       const std::vector<std::string_view>& args);

/// Returns whether a server at this socket answers a PING.
bool redis_answers(const std::string& socket);

} // namespace atrium::test
