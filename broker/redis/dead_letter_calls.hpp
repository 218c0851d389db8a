#pragma once

#include "atrium/broker/redis/inbox_context.hpp"
#include "atrium/broker/redis/script_queue.hpp"

#include <functional>
#include <memory>
#include <string>

namespace atrium {

// What is asked about dead letters, a call each, in several steps where needed.
// All make use of inbox_dead.lua.

std::unique_ptr<script_call>
make_letter_list(inbox_context& in, dead_letter_query what,
                 std::function<void(dead_letter_page)> done);

std::unique_ptr<script_call>
make_letter_replay(inbox_context& in, std::string user, std::string id,
                   std::function<void(dead_letter_outcome)> done);

std::unique_ptr<script_call>
make_letter_purge(inbox_context& in, std::string user, std::string id,
                  std::function<void(dead_letter_outcome)> done);

/// Puts a user into the index of those with dead letters.
std::unique_ptr<script_call> make_letter_note(inbox_context& in,
                                              std::string user);

} // namespace atrium
