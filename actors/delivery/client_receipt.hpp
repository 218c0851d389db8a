#pragma once

#include "atrium/actors/connection_interface.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/broker/util/errc.hpp"

#include <caf/mailbox_element.hpp>

#include <memory>
#include <string>
#include <tuple>

namespace atrium {

/// What a client's connection is told of its message: made when the message is
/// published, as the message to the connection's actor that it will be, and
/// filled in until it is sent. The handle keeps the actor until the bus has
/// answered: every publish gets its receipt, so that is not for ever.
class client_receipt {
public:
  client_receipt(connection_actor client, outcome success);

  client_receipt(const client_receipt&) = delete;
  client_receipt& operator=(const client_receipt&) = delete;

  ~client_receipt() = default;

  /// What it will say, until it is sent.
  outcome& what() noexcept {
    return std::get<0>(message_->data());
  }

  /// What the log tells of a failure besides, and whether at the level info.
  std::string trace_id;
  bool watched = false;

  /// Sends it, and has the log tell a failure. To be called once: a receipt
  /// that has been sent is not sent again.
  void finish(errc error);

  /// Sends that the message is too large.
  void refuse_size();

private:
  using element = caf::mailbox_element_vals<outcome>;

  void send();

  connection_actor to_;
  std::unique_ptr<element, caf::detail::disposer> message_;
};

/// The handler of a bus may be copied, a receipt is told once.
using client_receipt_ptr = std::shared_ptr<client_receipt>;

} // namespace atrium
