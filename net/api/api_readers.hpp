#pragma once

#include "atrium/net/api/api_command.hpp"

namespace atrium {

class api_fields;

// What each method reads; faults are kept by the fields.

api_command read_publish(api_fields& in);
api_command read_broadcast(api_fields& in);
api_command read_send(api_fields& in);
api_command read_broadcast_all(api_fields& in);

api_command read_history(api_fields& in);
api_command read_history_remove(api_fields& in);
api_command read_presence(api_fields& in);
api_command read_presence_stats(api_fields& in);
api_command read_channels(api_fields& in);
api_command read_info(api_fields& in);

api_command read_subscribe(api_fields& in);
api_command read_unsubscribe(api_fields& in);
api_command read_disconnect(api_fields& in);
api_command read_refresh(api_fields& in);
api_command read_close_room(api_fields& in);

api_command read_rpc(api_fields& in);

} // namespace atrium
