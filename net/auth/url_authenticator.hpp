#pragma once

#include "atrium/actors/util/permit.hpp"
#include "atrium/net/admission/address_table.hpp"
#include "atrium/net/auth/authenticator.hpp"
#include "atrium/net/auth/refusal_cache.hpp"
#include "atrium/net/http_client/http_url.hpp"

#include <atomic>

namespace atrium {

struct backend_options;

/// What all requests to the backend have in common.
struct backend {
  http_url url;
  std::chrono::seconds timeout;
  std::shared_ptr<const rights> everybody; ///< Granted to all.
  std::shared_ptr<semaphore> under_way;    ///< Bound of requests under way.
  address_table by_address{0};             ///< Whose requests these are.
  refusal_cache refusals;
  std::atomic<bool> failing = false; ///< As the log has it.
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
  url_authenticator(const backend_options& from,
                    std::shared_ptr<const rights> everybody);

  void check(credentials x, lane_thread& lane,
             std::function<void(verdict)> done) override;

  /// There are no files.
  std::string reload() override {
    return {};
  }

private:
  std::shared_ptr<backend> backend_;
};

/// Reads the body of a backend's answer 200.
verdict read_backend_answer(std::string_view body,
                            const std::shared_ptr<const rights>& everybody);

} // namespace atrium
