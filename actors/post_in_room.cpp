#include "atrium/actors/post_in_room.hpp"

#include "atrium/broker/log/log.hpp"

namespace atrium {

struct post_callback::state {
  explicit state(function f) : done(std::move(f)) {
    // nop
  }

  state(const state&) = delete;
  state& operator=(const state&) = delete;

  // The message was thrown away with the mailbox of who should have taken it.
  ~state() {
    tell({errc::room_died, "the room has ended", {errc::room_died}, {}});
  }

  void tell(post_result x) noexcept {
    auto f = std::exchange(done, nullptr);
    if (!f)
      return;
    // The destructor calls this, too, and must not throw.
    try {
      f(std::move(x));
    } catch (const std::exception& e) {
      log::error("post_callback_failed", {{"error", e.what()}},
                 "room has told somebody who throws");
    }
  }

  function done;
};

post_callback::post_callback(function f, int)
  : state_(std::make_shared<state>(std::move(f))) {
  // nop
}

void post_callback::tell(publish_receipt x, std::string event_id) const {
  if (!state_)
    return;
  auto code = x.error;
  auto why = code == errc::none ? "" : "the bus does not take the message";
  if (code == errc::message_too_large)
    why = "too large with its envelope";
  state_->tell({code, why, std::move(x), std::move(event_id)});
}

void post_callback::answer(std::string data) const {
  if (state_)
    state_->tell({errc::none, {}, {}, {}, std::move(data)});
}

void post_callback::refuse(errc code, std::string why) const {
  if (state_)
    state_->tell({code, std::move(why), {code}, {}});
}

} // namespace atrium
