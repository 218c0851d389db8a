#include "atrium/net/cli/bench/publisher.hpp"

#include "atrium/net/cli/bench/websocket_codec.hpp"

namespace atrium::bench {

publisher::publisher(const setup& how, std::string_view text)
  : setup_(how), left_(how.window) {
  // Built once: for each message only the stamp is overwritten, so that the
  // generator costs less than the server.
  append_frame(frame_, opcode::text, text);
  data_ = frame_.find("\"@");
}

std::string_view publisher::next(std::uint64_t time) {
  ++published_;
  if (!left_.empty())
    // The slot is free: no more messages than slots are unfinished.
    slot_of(published_) = {setup_.receivers, time};
  write_stamp(frame_.data() + data_,
              {setup_.run, setup_.number, published_, time});
  return frame_;
}

bool publisher::delivered(std::uint32_t sequence) {
  // Deliveries of a message that was given up come too late to count here.
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
    // Counts as finished from here on, or one lost message would stop the loop.
    if (auto& slot = slot_of(i); slot.receivers > 0 && slot.time < time) {
      slot.receivers = 0;
      found = true;
    }
  return advance() && found;
}

// Passes the messages at the front that every receiver has. The window begins
// with the oldest unfinished one, so the slots are those of a ring.
bool publisher::advance() {
  auto before = finished_;
  while (!left_.empty() && finished_ < published_
         && slot_of(finished_ + 1).receivers == 0)
    ++finished_;
  return finished_ != before;
}

} // namespace atrium::bench
