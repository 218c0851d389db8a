#pragma once

#include "atrium/broker/event_receiver.hpp"
#include "atrium/net/http_client/http_url.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace atrium {

class event_secret;

/// What a `webhook` is made from.
struct webhook_setup {
  http_url url;
  std::shared_ptr<ssl_ctx_st> trust;          ///< Null: bare HTTP.
  std::shared_ptr<const event_secret> secret; ///< Null: nothing is signed.
  std::string node;
  std::string run; ///< Of this node; no other node or run has it.

  /// The time that the back end has for an answer.
  std::chrono::milliseconds timeout{10'000};
};

/// Posts events to the back end of the operator, one request at a time, so they
/// arrive in order; what has not been answered by a 2xx is posted again
/// (`webhook_queue`).
class webhook final : public event_receiver {
public:
  /// All work is done on the thread of `io`, which has to run until the webhook
  /// is stopped.
  webhook(boost::asio::io_context& io, webhook_setup setup);

  webhook(const webhook&) = delete;
  webhook& operator=(const webhook&) = delete;

  /// Stops the webhook if that has not happened yet.
  ~webhook() override;

  bool has_room() const override;

  std::size_t bytes() const override;

  void take(std::vector<std::string> events) override;

  void on_room(std::function<void()> heard) override;

  void stop(std::chrono::milliseconds patience) override;

  event_sink_stats stats() const override;

private:
  class impl;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
