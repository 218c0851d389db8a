#include "atrium/net/websocket/outbox.hpp"

#include <algorithm>

namespace atrium {

namespace {

constexpr std::size_t kept_capacity = 32; // frames; an idle outbox keeps none

} // namespace

std::size_t outbox::gather(std::span<iovec> out) const {
  auto n = std::min(out.size(), frames_.size() - head_);
  auto* x = frames_.data() + head_;
  for (auto& part : out.first(n)) {
    auto bytes = (x++)->bytes();
    // What is written is only read; the type is that of system calls.
    part = {const_cast<char*>(bytes.data()), bytes.size()};
  }
  if (n > 0) {
    out[0].iov_base = static_cast<char*>(out[0].iov_base) + written_;
    out[0].iov_len -= written_;
  }
  return n;
}

std::size_t outbox::consume(std::size_t n) {
  bytes_ -= n;
  if (bytes_ == 0)
    return release_all();
  auto first = head_;
  written_ += n;
  for (auto size = frames_[head_].bytes().size(); written_ >= size;
       size = frames_[head_].bytes().size()) {
    written_ -= size;
    // Released now: the bytes may be nobody else's, and the list may stay long.
    frames_[head_++] = {};
  }
  auto left = head_ - first;
  // Written frames are cut off only now and then: erasing costs O(length).
  if (head_ > kept_capacity && head_ > frames_.size() / 2) {
    frames_.erase(frames_.begin(),
                  frames_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  return left;
}

// The rule: a socket takes all there is. Then no frame is asked for its size.
std::size_t outbox::release_all() {
  auto left = frames_.size() - head_;
  head_ = 0;
  written_ = 0;
  if (frames_.capacity() > kept_capacity)
    frames_ = {};
  else
    frames_.clear();
  return left;
}

// A frame that has begun to leave stays: without its rest the client would take
// the next frame's head for payload.
void outbox::drop_unsent() {
  auto first = first_unsent();
  for (auto i = first; i != frames_.end(); ++i)
    bytes_ -= i->bytes().size();
  frames_.erase(first, frames_.end());
}

std::vector<frame> outbox::drop_oldest(std::size_t most) {
  std::vector<frame> dropped;
  auto kept = std::remove_if(first_unsent(), frames_.end(), [&](frame& x) {
    // All that is not a room's has `disconnect`: replies are never lost.
    if (held() - dropped.size() * frame_overhead <= most
        || x.policy() == outbox_policy::disconnect)
      return false;
    bytes_ -= x.bytes().size();
    dropped.push_back(x);
    return true;
  });
  frames_.erase(kept, frames_.end());
  return dropped;
}

std::size_t outbox::drop_room(frame::topic_number room) {
  auto is_older = [&](frame& x) {
    if (x.policy() != outbox_policy::latest_only || x.topic() != room)
      return false;
    bytes_ -= x.bytes().size();
    return true;
  };
  auto kept = std::remove_if(first_unsent(), frames_.end(), is_older);
  auto n = static_cast<std::size_t>(frames_.end() - kept);
  frames_.erase(kept, frames_.end());
  return n;
}

} // namespace atrium
