#pragma once

#include "atrium/actors/util/permit.hpp"
#include "atrium/net/admission/address_table.hpp"
#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/auth/refusal_cache.hpp"
#include "atrium/net/http_client/http_url.hpp"

#include <atomic>

namespace atrium {

struct auth_options;

/// What all requests to the backend have in common.
struct backend {
  explicit backend(const auth_options& from);

  http_url url;
  std::chrono::seconds timeout;
  std::shared_ptr<const rights> everybody; ///< Granted to all.
  std::shared_ptr<semaphore> under_way;    ///< Bound of requests under way.
  std::shared_ptr<address_table> by_address
    = std::make_shared<address_table>(0); ///< Whose requests these are.
  refusal_cache refusals;
  std::atomic<bool> failing = false; ///< As the log has it.

  /// Takes the place of another one, with the same bounds.
  void succeed(const backend& before) {
    under_way = before.under_way;
    by_address = before.by_address;
    failing = before.failing.load();
  }
};

/// Asks the operator's own backend by HTTP: POST of `{"token","ip","headers"}`,
/// answered by 200 and `{"user", "rooms"?, "broadcast"?, "send"?, "info"?,
/// "expires_at"?}` with the meaning that the claims of a token have, or by 401
/// or 403. No whole answer in time, and one that says that the backend itself
/// fails (429, 5xx), is `auth_unavailable`; any other answer is `auth_broken`.
///
/// At most `--auth-concurrency` requests are under way on the node. An address
/// may have as many as are left for others: alone half of them, and k such
/// addresses leave the (k+1)th part. What the backend refuses is not asked
/// again for a moment.
class url_authenticator final : public authenticator {
public:
  explicit url_authenticator(const auth_options& from)
    : backend_(std::make_shared<backend>(from)) {
    // nop
  }

  void check(credentials x, lane_thread& lane,
             std::function<void(verdict)> done) override;

  /// Questions under way go on as they began, and count among those to come.
  std::function<void()> prepare(const auth_options& from,
                                std::string& error) override;

private:
  std::atomic<std::shared_ptr<backend>> backend_;
};

/// Reads the body of a backend's answer 200.
verdict read_backend_answer(std::string_view body,
                            const std::shared_ptr<const rights>& everybody);

} // namespace atrium
