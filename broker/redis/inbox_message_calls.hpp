#pragma once

#include "atrium/broker/redis/inbox_context.hpp"
#include "atrium/broker/redis/script_queue.hpp"

#include <functional>
#include <memory>
#include <string>

namespace atrium {

// What is asked about the messages in an inbox, a call each. Each makes use of
// one script.

/// Stores a message. Ahead of it the user is put into the index: no message is
/// there of which no node would learn that it has expired.
std::unique_ptr<script_call>
make_inbox_put(inbox_context& in, std::string user, inbox_entry what,
               std::function<void(inbox_receipt)> done);

std::unique_ptr<script_call>
make_inbox_read(inbox_context& in, inbox_query what,
                std::function<void(inbox_page)> done);

std::unique_ptr<script_call>
make_inbox_acknowledge(inbox_context& in, std::string user, std::string device,
                       std::string id, std::function<void(errc)> done);

} // namespace atrium
