#pragma once

#include <string_view>

namespace atrium {

/// The Lua scripts of this folder, as text: what is in `<name>.lua`, put into
/// the library when it is built. Each file says what it does.
extern const std::string_view events_script;
extern const std::string_view heartbeat_script;
extern const std::string_view history_append_script;
extern const std::string_view history_read_script;
extern const std::string_view inbox_ack_script;
extern const std::string_view inbox_dead_script;
extern const std::string_view inbox_put_script;
extern const std::string_view inbox_read_script;
extern const std::string_view lease_script;
extern const std::string_view limiter_script;
extern const std::string_view presence_script;
extern const std::string_view presence_reap_script;
extern const std::string_view room_owner_script;
extern const std::string_view room_word_script;

} // namespace atrium
