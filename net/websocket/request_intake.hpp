#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/connection_interface.hpp"
#include "atrium/net/admission/client_rate_limiter.hpp"
#include "atrium/net/protocol/client_codec.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace atrium {

class lane_thread;
struct node_context;

/// Takes what one client sends: reads it, says whether the client may send that
/// much, and passes it on to the connection's actor. Renews tokens by itself.
/// Whatever is refused is answered at once. Lives on its lane's thread.
class request_intake {
public:
  /// All of these have to outlive it.
  request_intake(const client_codec& codec, lane_thread& lane,
                 const node_context& node)
    : codec_(codec), lane_(lane), node_(node) {
    // nop
  }

  /// Passes on to this actor from now on; to nobody if it is null.
  void connect(connection_actor to) {
    actor_ = std::move(to);
  }

  const connection_actor& actor() const {
    return actor_;
  }

  /// Takes one message; `from` gets the answers of what is not passed on.
  void take(std::string_view text, const std::shared_ptr<client_session>& from);

  /// The client was told of a failure: returns whether it may go on, or has
  /// made too many mistakes.
  bool forgives(const failure& x);

private:
  using wait = client_rate_limiter::duration;

  void pass_on(client_request& x, wait pace, client_session& from);
  void renew(refresh_request& x, wait pace,
             const std::shared_ptr<client_session>& from);
  void refuse_pace(std::string id, wait pace, client_session& from);

  const client_codec& codec_;
  lane_thread& lane_;
  const node_context& node_;
  connection_actor actor_;
  client_rate_limiter rate_limiter_;
};

} // namespace atrium
