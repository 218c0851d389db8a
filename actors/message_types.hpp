#pragma once

#include "atrium/broker/util/errc.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/make_message.hpp>

// What actors tell each other, by name and by receiver: all types of messages,
// in one place. What is in them: actors/*_messages.hpp; who tells whom:
// actors/interfaces.hpp. They never leave the process (between nodes travel
// envelopes), so they carry handles and shared memory and need no
// serialisation.

// Declares a message and lets CAF send it.
#define ATRIUM_MESSAGE(name)                                                   \
  namespace atrium {                                                           \
  struct name;                                                                 \
  }                                                                            \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(atrium::name)

// -- from the bus -------------------------------------------------------------

ATRIUM_MESSAGE(subscribed)
ATRIUM_MESSAGE(interrupted)
ATRIUM_MESSAGE(channel_refused)
ATRIUM_MESSAGE(channel_carried)
ATRIUM_MESSAGE(packets)
ATRIUM_MESSAGE(arrived)

// -- to the directory, and by way of it to rooms and users --------------------

ATRIUM_MESSAGE(join_room)
ATRIUM_MESSAGE(join_accepted)
ATRIUM_MESSAGE(sign_on)
ATRIUM_MESSAGE(passivate)
ATRIUM_MESSAGE(command_user)
ATRIUM_MESSAGE(close_room)
ATRIUM_MESSAGE(post_in_room)

// -- to rooms -----------------------------------------------------------------

ATRIUM_MESSAGE(leave_room)
ATRIUM_MESSAGE(publish_in_room)
ATRIUM_MESSAGE(room_deadline)
ATRIUM_MESSAGE(room_lingered)
ATRIUM_MESSAGE(history_answered)
ATRIUM_MESSAGE(history_due)
ATRIUM_MESSAGE(caught_up)
ATRIUM_MESSAGE(presence_counted)
ATRIUM_MESSAGE(presence_overdue)
ATRIUM_MESSAGE(room_wake)
ATRIUM_MESSAGE(task_finished)
ATRIUM_MESSAGE(task_refused)
ATRIUM_MESSAGE(task_reported)

// -- about rooms with one home ------------------------------------------------

ATRIUM_MESSAGE(owner_request)
ATRIUM_MESSAGE(owner_found)
ATRIUM_MESSAGE(owner_opened)
ATRIUM_MESSAGE(owner_released)
ATRIUM_MESSAGE(owner_due)
ATRIUM_MESSAGE(word_said)
ATRIUM_MESSAGE(runs_lost)
ATRIUM_MESSAGE(watch_room)
ATRIUM_MESSAGE(link_due)
ATRIUM_MESSAGE(hand_over)
ATRIUM_MESSAGE(drain_owners)
ATRIUM_MESSAGE(registry_due)
ATRIUM_MESSAGE(registry_read)

// -- to users -----------------------------------------------------------------

ATRIUM_MESSAGE(lease_decided)
ATRIUM_MESSAGE(insist)

// -- probes -------------------------------------------------------------------

ATRIUM_MESSAGE(probe_one)
ATRIUM_MESSAGE(probe_overdue)
ATRIUM_MESSAGE(rival_found)
ATRIUM_MESSAGE(probe_answered)

// -- to lanes -----------------------------------------------------------------

ATRIUM_MESSAGE(open_session)
ATRIUM_MESSAGE(add_member)
ATRIUM_MESSAGE(catch_up)
ATRIUM_MESSAGE(remove_member)
ATRIUM_MESSAGE(fan_out)
ATRIUM_MESSAGE(fan_out_all)
ATRIUM_MESSAGE(tell_member)
ATRIUM_MESSAGE(tell_members)
ATRIUM_MESSAGE(tell_all)
ATRIUM_MESSAGE(room_died)
ATRIUM_MESSAGE(close_one)
ATRIUM_MESSAGE(close_all)

// -- to connections -----------------------------------------------------------

ATRIUM_MESSAGE(from_client)
ATRIUM_MESSAGE(renewed)
ATRIUM_MESSAGE(disconnected)
ATRIUM_MESSAGE(leave_done)
ATRIUM_MESSAGE(room_lost)
ATRIUM_MESSAGE(outcome)
ATRIUM_MESSAGE(history_read)
ATRIUM_MESSAGE(presence_read)
ATRIUM_MESSAGE(inbox_read)
ATRIUM_MESSAGE(inbox_due)
ATRIUM_MESSAGE(acknowledged)
ATRIUM_MESSAGE(signed_on)
ATRIUM_MESSAGE(turned_away)
ATRIUM_MESSAGE(rivals_overdue)
ATRIUM_MESSAGE(push_frame)
ATRIUM_MESSAGE(push_reply)
ATRIUM_MESSAGE(command_connection)

// -- from the inspector -------------------------------------------------------

ATRIUM_MESSAGE(list_children)
ATRIUM_MESSAGE(find_child)
ATRIUM_MESSAGE(list_connections)
ATRIUM_MESSAGE(list_slowest)
ATRIUM_MESSAGE(list_busiest)
ATRIUM_MESSAGE(busy_rooms)
ATRIUM_MESSAGE(list_occupied)
ATRIUM_MESSAGE(occupied_rooms)
ATRIUM_MESSAGE(list_parts)
ATRIUM_MESSAGE(list_members)
ATRIUM_MESSAGE(members_page)
ATRIUM_MESSAGE(children)

// -- between nodes ------------------------------------------------------------

ATRIUM_MESSAGE(start_survey)
ATRIUM_MESSAGE(answer_by)
ATRIUM_MESSAGE(nodes_listed)
ATRIUM_MESSAGE(survey_unsent)
ATRIUM_MESSAGE(survey_overdue)
ATRIUM_MESSAGE(response_ready)
ATRIUM_MESSAGE(control_packets)

#undef ATRIUM_MESSAGE

// `errc` is a `caf::error` as well as a `std::error_code`.
CAF_ERROR_CODE_ENUM(atrium::errc, "atrium")
