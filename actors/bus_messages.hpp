#pragma once

#include "atrium/actors/message_types.hpp"
#include "atrium/actors/publication.hpp"
#include "atrium/actors/util/message_source.hpp"
#include "atrium/actors/util/permit.hpp"
#include "atrium/actors/util/watch_list.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace atrium {

// What comes from the bus to the actors that have a channel.

struct subscribed {};

struct interrupted {
  unix_time from;
  unix_time to;
};

struct channel_refused {
  std::string reason;
};

/// The bus has shown that it carries the channel: an answer to whoever had a
/// number of `bus_proof` up to this one.
struct channel_carried {
  std::uint64_t number = 0;
};

/// Packets of one channel and read. The permit bounds how many are under way.
struct packets {
  std::vector<shared_bytes> batch;
  permit held;
};

/// One checked envelope.
struct incoming {
  publication_ptr content;
  message_source from;
  watch_note_ptr watched = nullptr;
};

struct arrived {
  std::vector<incoming> batch;
  permit held;
};

} // namespace atrium
