#pragma once

#include "atrium/actors/message_encoder.hpp"
#include "atrium/broker/envelope.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace atrium {

/// A message on its way from the bus to clients, shared by everybody who passes
/// it on. It is encoded when the first client of a kind needs it, once for all
/// of them, and not at all for kinds without receivers.
class publication {
public:
  /// `x` refers to `bytes`.
  publication(shared_bytes bytes, const packet& x);

  /// A message that has not come by the bus.
  explicit publication(envelope x);

  publication(const publication&) = delete;
  publication& operator=(const publication&) = delete;

  /// Refers to what the publication has.
  const packet_head& about() const {
    return about_;
  }

  /// The data: one JSON value, verbatim.
  std::string_view data() const {
    return data_;
  }

  /// All of it as nodes send it to each other.
  std::string_view json() const {
    return json_;
  }

  /// Bytes, for queues.
  std::size_t size() const {
    return json_.size();
  }

  /// Its place in the room's history; 0: it is in none.
  std::uint64_t offset() const {
    return offset_;
  }

  /// Offset of the message before it in the history.
  std::uint64_t previous() const {
    return previous_;
  }

  /// Its id in the user's inbox; empty: it is in none.
  std::string_view inbox_id() const {
    return inbox_id_;
  }

  /// Id of the message before it in the inbox.
  std::string_view inbox_previous() const {
    return inbox_previous_;
  }

  /// Id of the connection that wants no echo, or empty.
  std::string_view skipped() const {
    return skip_sender_ && about_.from ? about_.from->connection
                                       : std::string_view{};
  }

  /// Returns the message as `by` writes it. Any thread: whoever comes first
  /// encodes, and the others wait for that.
  frame encoded_by(const message_encoder& by) const;

private:
  shared_bytes bytes_;
  std::shared_ptr<const void> texts_; // as `packet` has them
  packet_head about_;                 // in these two
  std::string_view json_;             // in `bytes_`
  std::string_view data_;             // in `json_`
  std::string_view inbox_id_;         // in `bytes_`, as the next one
  std::string_view inbox_previous_;
  bool skip_sender_ = false;
  std::uint64_t offset_ = 0;
  std::uint64_t previous_ = 0;
  mutable std::mutex mutex_; // of what follows
  mutable encoded_frames made_;
};

using publication_ptr = std::shared_ptr<const publication>;

/// A publication on the last part of its way: to clients of one lane. Looked
/// up, counted and marked once, whatever the number of receivers. One thread.
class delivery {
public:
  /// To one client, or a few.
  static delivery to_one(const publication& x) {
    return delivery{x, false, 0, outbox_policy::disconnect};
  }

  /// To whoever is on the lane.
  static delivery to_all(const publication& x) {
    return delivery{x, true, 0, outbox_policy::disconnect};
  }

  /// To the members of a room.
  static delivery to_room(const publication& x, frame::topic_number room,
                          outbox_policy policy) {
    return delivery{x, true, room, policy};
  }

  const publication& what() const {
    return what_;
  }

  outbox_policy policy() const {
    return policy_;
  }

  /// Returns the frame for clients of `by`; valid until the next call.
  const frame& encoded_by(const message_encoder& by) {
    return made_.of(by, [&] { return make(by); });
  }

private:
  delivery(const publication& what, bool apart, frame::topic_number room,
           outbox_policy policy)
    : what_(what), apart_(apart), policy_(policy), room_(room) {
    // nop
  }

  frame make(const message_encoder& by) const;

  const publication& what_;
  bool apart_; // many copies will be made on this thread
  outbox_policy policy_;
  frame::topic_number room_;
  encoded_frames made_;
};

} // namespace atrium
