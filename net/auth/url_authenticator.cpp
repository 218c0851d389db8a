#include "atrium/net/auth/url_authenticator.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/auth/claims.hpp"
#include "atrium/net/auth/default_rights.hpp"
#include "atrium/net/http_client/http_exchange.hpp"
#include "atrium/net/lane/lane_thread.hpp"

#include <boost/asio/ip/address.hpp>

namespace atrium {

namespace {

failure unavailable(std::string why) {
  return {{}, errc::auth_unavailable, std::move(why), {}};
}

failure out_of_reach(const std::string& why) {
  return unavailable("the backend does not answer: " + why);
}

failure broken(std::string why) {
  return {{}, errc::auth_broken, std::move(why), {}};
}

failure refused() {
  return {{}, errc::token_invalid, "the backend refuses", {}};
}

// Whether a client may be told to come back: the backend says that it fails.
bool is_passing(unsigned status) {
  return status == 429 || status >= 500;
}

std::string request_body(const credentials& x) {
  std::string result;
  json_writer out{result};
  out.open_object().text("token", x.token).text("ip", x.ip);
  out.key("headers").open_object();
  for (auto& [name, value] : x.headers)
    out.any_key(name).text(value);
  out.close_object().close_object();
  return result;
}

/// One request to the backend. Lives on its lane's thread, kept alive by the
/// exchange that is under way.
class backend_request : public timed,
                        public std::enable_shared_from_this<backend_request> {
public:
  backend_request(std::shared_ptr<backend> to, permit held,
                  address_table::permit address_permit,
                  std::function<void(verdict)> done)
    : to_(std::move(to)),
      permit_(std::move(held)),
      address_permit_(std::move(address_permit)),
      done_(std::move(done)) {
    // nop
  }

  void ask(lane_thread& lane, std::string body,
           const refusal_cache::key& digest) {
    digest_ = digest;
    lane.timers().expire_after(*this, to_->timeout);
    exchange_ = http_exchange::begin(
      lane.io(), {to_->url, nullptr, {}, std::move(body), to_->timeout},
      [self = shared_from_this()](http_result x) { self->on_answer(x); });
  }

  void on_interval() override {
    // nop
  }

  /// No answer in time, or the node stops.
  void expire() override {
    auto self = shared_from_this(); // the handlers that go may be the last ones
    finish(unavailable("the backend does not answer in time"));
    exchange_->cancel();
  }

private:
  void on_answer(const http_result& x) {
    if (x.is_unreadable)
      return finish(broken("the backend's answer cannot be read: " + x.error));
    if (!x.error.empty())
      return finish(out_of_reach(x.error));
    if (x.status == 200)
      return finish(read_backend_answer(x.body, to_->everybody));
    if (x.status == 401 || x.status == 403) {
      // Only refusals are kept: rights may end, so an acceptance has to be
      // asked for anew, and a backend that works again has to be noticed at
      // once.
      to_->refusals.add(digest_, refusal_cache::clock::now());
      return finish(refused());
    }
    auto why = "the backend answers with status " + std::to_string(x.status);
    finish(is_passing(x.status) ? unavailable(std::move(why))
                                : broken(std::move(why)));
  }

  void finish(verdict x) {
    auto done = std::exchange(done_, nullptr);
    if (!done)
      return;
    lane_timers::cancel_deadline(*this);
    auto* no = std::get_if<failure>(&x);
    // A refusal is a good answer. Of the rest the first one counts as news, as
    // does the first good answer after it.
    auto failing = no != nullptr && no->code != errc::token_invalid;
    auto was_failing = to_->failing.exchange(failing);
    if (failing) // as often as an event may be written
      log::warn("auth_backend_failed",
                {{"code", to_string(no->code)}, {"reason", no->message}},
                "the backend at {} gives no good answer", to_->url.authority);
    else if (was_failing)
      log::warn("auth_backend_answers", "the backend at {} answers again",
                to_->url.authority);
    done(std::move(x));
  }

  std::shared_ptr<backend> to_;
  permit permit_;
  address_table::permit address_permit_;
  refusal_cache::key digest_{};
  std::shared_ptr<http_exchange> exchange_;
  std::function<void(verdict)> done_; // null: told
};

} // namespace

backend::backend(const auth_options& from)
  : url(parse_http_url(from.backend.url).value()),
    timeout(from.backend.timeout),
    everybody(default_rights(from)),
    under_way(std::make_shared<semaphore>(from.backend.concurrency)) {
  // nop
}

std::function<void()> url_authenticator::prepare(const auth_options& from,
                                                 std::string&) {
  return [this, next = std::make_shared<backend>(from)] {
    next->succeed(*backend_.load());
    backend_ = next;
  };
}

void url_authenticator::check(credentials x, lane_thread& lane,
                              std::function<void(verdict)> done) {
  if (x.token.empty() && x.headers.empty())
    return done(failure{{}, errc::token_invalid, "there is no token", {}});
  // The request is JSON, which has no other text (RFC 8259, 8.1).
  if (!is_utf8(x.token))
    return done(failure{{}, errc::token_invalid, "this is not a token", {}});
  auto to = backend_.load();
  auto body = request_body(x);
  auto digest = refusal_cache::key_of(body);
  // Before a permit is taken: a known refusal costs the backend nothing.
  if (to->refusals.has(digest, refusal_cache::clock::now()))
    return done(refused());
  boost::system::error_code unknown; // then all such count as one address
  auto from = boost::asio::ip::make_address(x.ip, unknown);
  auto free = to->under_way->available();
  // Each permit of an address leaves less for its next request.
  auto address_permit = to->by_address->enter(from, free + 1);
  // 429 blames the client, so it is only said while others would get a permit.
  if (free != 0 && !address_permit)
    return done(failure{{},
                        errc::rate_limited,
                        "too many questions to the backend from this address",
                        {},
                        std::chrono::seconds{1}});
  if (free == 0 || !to->under_way->try_acquire(1))
    return done(unavailable("too many questions to the backend"));
  std::make_shared<backend_request>(to, permit{to->under_way, 1},
                                    std::move(*address_permit), std::move(done))
    ->ask(lane, std::move(body), digest);
}

verdict read_backend_answer(std::string_view body,
                            const std::shared_ptr<const rights>& everybody) {
  auto answer = is_utf8(body) ? json_object::parse(body) : std::nullopt;
  if (!answer)
    return broken("the backend's answer is not a JSON object");
  identity who;
  auto user = answer->find("user");
  if (!user || !user->starts_with('"'))
    return broken(user ? "the backend's 'user' has to be a string"
                       : "the backend's answer has no 'user'");
  who.user = json_string(*user).value_or("");
  if (!is_name(who.user))
    return broken("the backend's 'user' has to be 1 to 128 bytes of UTF-8 "
                  "without control characters");
  if (auto raw = answer->find("expires_at")) {
    auto time = json_unsigned(*raw);
    // More would not fit into the clock, or is a time in microseconds.
    constexpr std::uint64_t year_9999 = 253'402'300'799'000;
    if (!time || *time > year_9999)
      return broken("the backend's 'expires_at' is no time in ms");
    who.expires = unix_time{std::chrono::milliseconds{*time}};
  }
  // The backend's own mistake, so 502: the client could not do better.
  if (auto error = read_grants(*answer, everybody, who); !error.empty())
    return broken("the backend's answer is wrong: " + error);
  return who;
}

} // namespace atrium
