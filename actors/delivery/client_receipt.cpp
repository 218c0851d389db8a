#include "atrium/actors/delivery/client_receipt.hpp"

#include "atrium/broker/log/log.hpp"

#include <utility>

namespace atrium {

client_receipt::client_receipt(connection_actor client, outcome success)
  : to_(std::move(client)),
    message_(
      new element(nullptr, caf::make_message_id(), {}, std::move(success))) {
  // nop
}

void client_receipt::finish(errc error) {
  if (!message_)
    return;
  if (error != errc::none)
    log::line(watched ? log::level::info : log::level::debug, "publish_failed",
              {{"event_id", what().what.event_id},
               {"trace_id", trace_id},
               {"code", to_string(error)}},
              "bus does not take a message");
  what().code = error;
  send();
}

// A client's own mistake is no news to the operator.
void client_receipt::refuse_size() {
  what().code = errc::message_too_large;
  what().message = "too large with its envelope";
  send();
}

// As `anon_send`, but of the message that is there already.
void client_receipt::send() {
  if (to_)
    to_->enqueue(caf::mailbox_element_ptr{message_.release()}, nullptr);
}

} // namespace atrium
