#include "atrium/net/cli/bench/publisher.hpp"

#include "atrium/net/cli/bench/websocket_codec.hpp"

namespace atrium::bench {

publisher::publisher(const setup& how, std::string_view text)
  : setup_(how), left_(how.window) {
  // The frame is built once and only its stamp is overwritten: the generator
  // must cost less than the server.
  append_frame(frame_, opcode::text, text);
  data_ = frame_.find("\"@");
}

std::string_view publisher::next(std::uint64_t time) {
  ++published_;
  if (!left_.empty())
    // The slot is free, since `may_publish` allows no more unfinished messages
    // than slots.
    slot_of(published_) = {setup_.receivers, time};
  write_stamp(frame_.data() + data_,
              {setup_.run, setup_.number, published_, time});
  return frame_;
}

bool publisher::delivered(std::uint32_t sequence) {
  // A message that was given up may still be delivered.
  if (left_.empty() || sequence <= finished_ || sequence > published_)
    return false;
  auto& slot = slot_of(sequence);
  if (slot.receivers > 0)
    --slot.receivers;
  return slot.receivers == 0 && sequence == finished_ + 1 && advance();
}

bool publisher::abandon_older_than(std::uint64_t time) {
  auto found = false;
  for (auto i = finished_ + 1; !left_.empty() && i <= published_; ++i)
    // The message counts as finished: one loss must not stop the loop.
    if (auto& slot = slot_of(i); slot.receivers > 0 && slot.time < time) {
      slot.receivers = 0;
      found = true;
    }
  return advance() && found;
}

// Passes the finished messages at the front. The window begins with the oldest
// unfinished message, so the slots form a ring.
bool publisher::advance() {
  auto before = finished_;
  while (!left_.empty() && finished_ < published_
         && slot_of(finished_ + 1).receivers == 0)
    ++finished_;
  return finished_ != before;
}

} // namespace atrium::bench
