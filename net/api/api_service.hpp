#pragma once

#include "atrium/actors/placement.hpp"
#include "atrium/net/api/api_command.hpp"
#include "atrium/net/api/api_reply.hpp"
#include "atrium/net/http/node_context.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// Makes a reply of what has become of a message.
api_reply reply_of(const publish_receipt& x);

/// Runs commands of the API for one request, on the thread of a lane. A view:
/// copies are cheap. The context has to outlive all of them.
class api_service {
public:
  using handler = api_handler;

  /// Messages go out by the bus of whoever lives at `at`; `here` is the thread.
  api_service(const node_context& node, placement at,
              boost::asio::io_context& here)
    : node_(&node), at_(at), here_(&here) {
    // nop
  }

  /// Runs a command, and counts it; called on that thread. `done` may be called
  /// before it returns.
  void run(api_item x, handler done) const;

private:
  void run_any(api_error x, handler done) const;
  void run_any(api_publish x, handler done) const;
  void run_any(api_broadcast x, handler done) const;
  void run_any(api_send x, handler done) const;
  void run_any(api_broadcast_all x, handler done) const;
  void run_any(api_history x, handler done) const;
  void run_any(api_history_remove x, handler done) const;
  void run_any(api_presence x, handler done) const;
  void run_any(api_channels x, handler done) const;
  void run_any(api_info x, handler done) const;
  void run_any(user_command x, handler done) const;
  void run_any(api_close_room x, handler done) const;
  void run_any(api_rpc x, handler done) const;
  void run_any(api_batch x, handler done) const;
  struct api_runner runner() const;
  void post(api_publish x, handler done) const;
  void publish(struct envelope x, struct publish_options how,
               handler done) const;
  void store(const struct envelope& x, struct publish_options how,
             handler done) const;

  const environment& env() const {
    return *node_->env;
  }

  const node_context* node_;
  placement at_;
  boost::asio::io_context* here_;
};

} // namespace atrium
