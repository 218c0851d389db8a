#include "atrium/actors/delivery/publishing.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/watch_log.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/log/log.hpp"

#include <caf/send.hpp>

namespace atrium {

void publish(const environment& env, const std::string& channel, outgoing x) {
  auto& message = x.content;
  if (x.watched)
    watch_log::published(message);
  auto bytes = std::make_shared<const std::string>(
    encode_packet(message, x.skip_sender));
  if (bytes->size() > env.limits.message_bytes)
    return caf::anon_send(x.from,
                          outcome{std::move(x.success), errc::message_too_large,
                                  "too large with its envelope"});
  env.bus->publish(
    channel, std::move(bytes),
    [to = std::move(x.from), what = std::move(x.success),
     trace_id = std::move(message.trace_id),
     level = x.watched ? log::level::info
                       : log::level::debug](publish_receipt receipt) mutable {
      if (receipt.error != errc::none)
        log::line(level, "publish_failed",
                  {{"event_id", what.event_id},
                   {"trace_id", trace_id},
                   {"code", to_string(receipt.error)}},
                  "bus does not take a message");
      what.at = std::move(receipt.at);
      caf::anon_send(to, outcome{std::move(what), receipt.error, {}});
    });
}

} // namespace atrium
