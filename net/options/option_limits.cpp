#include "atrium/net/options/option_limits.hpp"

#include "atrium/net/options/options.hpp"

namespace atrium::option_rows {

rows queue_rows() {
  return {
    number("max-message-bytes", FIELD(session.max_message_bytes),
           {128, 16'777'216, "bytes"},
           "Largest message of a client, in however many frames.")
      .live(),
    number("outbox-bytes", FIELD(session.outbox_bytes),
           {4'096, 1'073'741'824, "bytes"},
           "Messages that may wait for one slow connection before it is "
           "closed, each with 128 bytes of overhead; not less than "
           "--max-message-bytes.")
      .live(),
    list("outbox-policy", FIELD(session.outbox_policy), "PATTERN=POLICY",
         check_outbox_policy,
         "Policy for slow connections in rooms like 'ticker:*', instead of "
         "closing them: drop_oldest or latest_only; may be repeated.")
      .live(),
    number("room-queue-bytes", FIELD(limits.room_queue),
           {65'536, 4'294'967'296, "bytes"},
           "Messages from the bus that may wait for one room or user; more are "
           "dropped, and a gap is told.")
      .live(),
    number("bus-queue-bytes", FIELD(limits.bus_queue),
           {65'536, 68'719'476'736, "bytes"},
           "Messages from the bus that may wait for all rooms and users of the "
           "node together; more are dropped, and a gap is told.")
      .live(),
    number("lane-queue-bytes", FIELD(limits.lane_queue),
           {65'536, 4'294'967'296, "bytes"},
           "Messages that may wait for one lane; more are dropped, and a gap "
           "is told.")
      .live(),
    number("request-window", FIELD(session.request_window),
           {1, 65'536, "requests"},
           "Unanswered requests of one connection before the node stops "
           "reading from it.")
      .live(),
  };
}

rows count_rows() {
  return {
    number("max-connections", FIELD(admission.max_connections),
           {1, 10'000'000, "connections"}, "Connections of this node.")
      .live(),
    number("max-pending", FIELD(admission.max_pending),
           {1, 10'000'000, "connections"},
           "TCP connections of this node that are not WebSockets (yet); more "
           "are closed at once.")
      .live(),
    number("connections-per-address", FIELD(admission.connections_per_address),
           {0, 10'000'000, "connections"},
           "Connections of one IPv4 address or IPv6 /64; 0 means no limit.")
      .live(),
    number("user-connections", FIELD(limits.connections_per_user),
           {0, 1'000, "connections"},
           "Connections of one user on all nodes; 0 means no limit.")
      .live_while_on(),
    value("user-policy", FIELD(limits.user_policy), "reject|kick_oldest",
          read_surplus_policy, show_surplus_policy,
          "When a user has one connection too many: reject it, or "
          "kick_oldest.")
      .live(),
    number("user-lease", FIELD(limits.user_lease), {2, 3600, "s"},
           "Time after which the connections of a node that has crashed count "
           "no more, also if no other node notices (--lease).")
      .fixed("leases that are under way were taken for that time"),
    number("max-rooms", FIELD(limits.rooms_per_connection),
           {1, 100'000, "rooms"}, "Rooms that one connection may be in.")
      .live(),
    number("max-room-members", FIELD(limits.members_per_room),
           {0, 10'000'000, "connections"},
           "Members of one room on this node; 0 means no limit.")
      .live(),
    number("max-node-rooms", FIELD(limits.rooms_per_node),
           {1, 10'000'000, "rooms"}, "Rooms that have members on this node.")
      .live(),
    number("max-user-rooms", FIELD(limits.rooms_per_user),
           {0, 10'000'000, "rooms"},
           "Rooms that one user may have opened on this node; 0: a tenth of "
           "--max-node-rooms, up to half on a small node.")
      .live(),
    number("max-header-bytes", FIELD(http.max_header_bytes),
           {1'024, 65'536, "bytes"},
           "Largest header of an HTTP request; half of it for the URL.")
      .live(),
    text("memory-watermark", FIELD(admission.memory_watermark), "BYTES|N%",
         check_watermark,
         "Memory over which nobody is let in: bytes, or a share of what the "
         "process may have; 0 means no limit.")
      .live(),
  };
}

rows rate_rows() {
  return {
    number("messages-per-second", FIELD(rates.messages_per_second),
           {0, 1'000'000, "messages"},
           "Messages that one connection may send on average; more are refused "
           "as rate_limited.")
      .live(),
    number("messages-burst", FIELD(rates.messages_burst),
           {0, 1'000'000, "messages"},
           "Messages that one connection may send at once; 0 means as many as "
           "in a second.")
      .live(),
    number("bytes-per-second", FIELD(rates.bytes_per_second),
           {0, 1'073'741'824, "bytes"},
           "Bytes of messages that one connection may send on average; more "
           "are refused as rate_limited.")
      .live(),
    number("bytes-burst", FIELD(rates.bytes_burst), {0, 1'073'741'824, "bytes"},
           "Bytes of messages that one connection may send at once; 0 means as "
           "many as in a second.")
      .live(),
    number("errors-per-minute", FIELD(rates.errors_per_minute),
           {0, 1'000'000, "errors"},
           "Mistakes and refusals of one connection before it is closed.")
      .live(),
    number("handshakes-per-second", FIELD(admission.handshakes_per_second),
           {0, 1'000'000, "handshakes"},
           "Upgrades that the node considers; more are answered by 429.")
      .live(),
  };
}

rows bus_rows() {
  return {
    number("bus-timeout", FIELD(limits.bus_timeout), {1, 300, "s"},
           "Time for which a request waits for the bus.")
      .fixed("what waits for the bus counts on one time"),
    number("bus-pending", FIELD(bus.pending), {1, 10'000'000, "messages"},
           "Messages that may wait for Redis before publishers are refused.")
      .live(),
    number("bus-pending-bytes", FIELD(bus.pending_bytes),
           {65'536, 4'294'967'296, "bytes"},
           "Bytes of messages that may wait for Redis before publishers are "
           "refused.")
      .live(),
    number("lease", FIELD(bus.lease), {1, 300, "s"},
           "Time after which a node that Redis does not hear of counts as "
           "dead: its users have left their rooms, and their connections count "
           "no more.")
      .fixed("leases that are under way were taken for that time"),
  };
}

rows history_rows() {
  return {
    list("history", FIELD(history.rules), "PATTERN=COUNT,TTL",
         check_history_rule,
         "How much rooms keep of what is said in them: chat:*=1000,24h keeps "
         "the newest 1000 messages until 24 hours after the last one (s, m, h "
         "or d), chat:*=off nothing; may be repeated, the longest pattern "
         "counts.")
      .live(),
    list("replay", FIELD(history.replays), "PATTERN=N", check_replay_rule,
         "How many of their newest messages rooms of --history give to who "
         "joins without a position, as in ticker:*=1; may be repeated.")
      .live(),
    number("history-page", FIELD(limits.history_page), {1, 10'000, "messages"},
           "Messages that are read from a history at a time.")
      .live(),
    number("history-bytes", FIELD(history.bytes),
           {65'536, 68'719'476'736, "bytes"},
           "Memory for the messages that rooms keep, on a node without "
           "--redis; over it the rooms in which nothing was said for longest "
           "lose theirs.")
      .live(),
  };
}

rows presence_rows() {
  return {
    list("presence", FIELD(presence.rules), "PATTERN[=count]",
         check_presence_rule,
         "Rooms like 'chat:*' tell who is in them; with =count only how many, "
         "for large rooms, with =off nothing; may be repeated, the longest "
         "pattern counts.")
      .live_while_on(),
    number("presence-grace", FIELD(presence.grace), {0, 300, "s"},
           "Time for which a user who has left counts as present: who comes "
           "back within it has not been away.")
      .fixed("departures that are under way were begun with it"),
  };
}

rows inbox_rows() {
  return {
    number("inbox-ttl", FIELD(inbox.ttl), {1, 31'536'000, "s"},
           "Time after which a durable message that no device of its user has "
           "acknowledged becomes a dead letter.")
      .live(),
    number("inbox-max", FIELD(inbox.most), {0, 100'000, "messages"},
           "Durable messages that are kept for one user, the newest ones; 0: "
           "no message is durable.")
      .live_while_on(),
    number("inbox-bytes", FIELD(inbox.bytes), {65'536, 68'719'476'736, "bytes"},
           "Memory for durable messages, on a node without --redis; over it "
           "the oldest dead letters go, and then messages are refused.")
      .live(),
  };
}

rows event_rows() {
  return {
    text("events", FIELD(events.to), "TARGET", check_event_target,
         "Where a back end hears what happens to connections and rooms: "
         "redis-stream[,MAXLEN] for a stream of about so many events in Redis, "
         "or a URL, http or https, to which they are posted; `off` for "
         "nowhere.")
      .fixed("a part of the node is made or left out by it"),
    text("events-secret-file", FIELD(events.secret_file), "FILE", nullptr,
         "Key with which posted events are signed, 16 bytes at least. Read "
         "anew on SIGHUP.")
      .live_while_on(),
    number("events-max-bytes", FIELD(events.max_bytes),
           {65'536, 4'294'967'296, "bytes"},
           "Events that may wait for the back end; over it news of who comes "
           "is dropped, with that of their going.")
      .live(),
  };
}

} // namespace atrium::option_rows
