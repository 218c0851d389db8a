#include "atrium/net/auth/url_authenticator.hpp"

#include "atrium/broker/log.hpp"
#include "atrium/broker/text.hpp"
#include "atrium/net/auth/claims.hpp"
#include "atrium/net/lane_thread.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace atrium {

namespace http = boost::beast::http;

namespace {

using boost::asio::ip::tcp;
using error_code = boost::system::error_code;

constexpr std::uint64_t largest_answer = 65536;

failure unavailable(std::string why) {
  return {{}, errc::auth_unavailable, std::move(why), {}};
}

std::string question_text(const credentials& x) {
  std::string result = R"({"token":)";
  append_json_string(result, x.token);
  result.append(R"(,"ip":)");
  append_json_string(result, x.ip);
  result.append(R"(,"headers":{)");
  for (auto& [name, value] : x.headers) {
    if (!result.ends_with('{'))
      result.push_back(',');
    append_json_string(result, name);
    result.push_back(':');
    append_json_string(result, value);
  }
  return result.append("}}");
}

/// One question to the backend, on a connection of its own. Lives on its lane's
/// thread, kept alive by the operation that is under way.
class question : public living, public std::enable_shared_from_this<question> {
public:
  question(std::shared_ptr<backend> to, gate_ticket place, lane_thread& lane,
           std::function<void(verdict)> done)
    : to_(std::move(to)),
      place_(std::move(place)),
      resolver_(lane.io()),
      socket_(lane.io()),
      done_(std::move(done)) {
    answer_.body_limit(largest_answer);
  }

  void ask(lane_thread& lane, std::string body) {
    lane.pulse().expire_after(*this, to_->timeout);
    request_.method(http::verb::post);
    request_.target(to_->url.target);
    request_.version(11);
    request_.set(http::field::host, to_->url.authority);
    request_.set(http::field::user_agent, "atrium");
    request_.set(http::field::content_type, "application/json");
    request_.keep_alive(false);
    request_.body() = std::move(body);
    request_.prepare_payload();
    resolver_.async_resolve(to_->url.host, to_->url.port,
                            [self = shared_from_this()](auto e, auto found) {
                              self->connect(e, found);
                            });
  }

  void beat() override {
    // nop
  }

  /// No answer in time, or the node stops.
  void expire() override {
    finish(unavailable("the backend does not answer in time"));
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

private:
  void connect(error_code error, const tcp::resolver::results_type& found) {
    if (error || !done_)
      return fail();
    boost::asio::async_connect(
      socket_, found,
      [self = shared_from_this()](auto e, const auto&) { self->write(e); });
  }

  void write(error_code error) {
    if (error || !done_)
      return fail();
    http::async_write(
      socket_, request_,
      [self = shared_from_this()](auto e, auto) { self->read(e); });
  }

  void read(error_code error) {
    if (error || !done_)
      return fail();
    http::async_read(
      socket_, buffer_, answer_,
      [self = shared_from_this()](auto e, auto) { self->on_answer(e); });
  }

  void on_answer(error_code error) {
    if (error)
      return fail();
    auto status = answer_.get().result();
    if (status == http::status::ok)
      finish(read_backend_answer(answer_.get().body(), to_->everybody));
    else if (status == http::status::unauthorized
             || status == http::status::forbidden)
      finish(failure{{}, errc::token_invalid, "the backend refuses", {}});
    else
      fail();
  }

  void fail() {
    finish(unavailable("the backend does not answer as it should"));
  }

  void finish(verdict x) {
    auto done = std::exchange(done_, nullptr);
    if (!done)
      return;
    heartbeat::cancel_deadline(*this);
    auto* no = std::get_if<failure>(&x);
    auto failing = no != nullptr && no->code == errc::auth_unavailable;
    auto was_failing = to_->failing.exchange(failing);
    if (failing && !was_failing)
      log::warn("auth_backend_failed", {{"error", no->message}},
                "the backend at {} fails", to_->url.authority);
    else if (was_failing && !failing)
      log::warn("auth_backend_answers", "the backend at {} answers again",
                to_->url.authority);
    done(std::move(x));
  }

  std::shared_ptr<backend> to_;
  gate_ticket place_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  http::request<http::string_body> request_;
  boost::beast::flat_buffer buffer_;
  http::response_parser<http::string_body> answer_;
  std::function<void(verdict)> done_; // null: told
};

} // namespace

url_authenticator::url_authenticator(const options& from,
                                     std::shared_ptr<const rights> everybody)
  : backend_(std::make_shared<backend>()) {
  backend_->url = parse_http_url(from.auth_url).value();
  backend_->timeout = from.auth_timeout;
  backend_->everybody = std::move(everybody);
  backend_->places = std::make_shared<gate>(from.auth_concurrency);
}

void url_authenticator::check(credentials x, lane_thread& lane,
                              std::function<void(verdict)> done) {
  if (x.token.empty() && x.headers.empty())
    return done(failure{{}, errc::token_invalid, "there is no token", {}});
  if (!is_utf8(x.token))
    return done(failure{{}, errc::token_invalid, "this is not a token", {}});
  if (!backend_->places->try_enter(1))
    return done(unavailable("too many questions to the backend"));
  std::make_shared<question>(backend_, gate_ticket{backend_->places, 1}, lane,
                             std::move(done))
    ->ask(lane, question_text(x));
}

verdict read_backend_answer(std::string_view body,
                            const std::shared_ptr<const rights>& everybody) {
  auto answer = is_utf8(body) ? json_object::parse(body) : std::nullopt;
  if (!answer)
    return unavailable("the backend's answer is not a JSON object");
  identity who;
  who.user = text_of(*answer, "user").value_or("");
  if (!is_name(who.user))
    return unavailable("the backend's answer names no user");
  if (auto raw = answer->find("expires_at")) {
    auto time = json_unsigned(*raw);
    constexpr std::uint64_t year_9999 = 253'402'300'799'000;
    if (!time || *time > year_9999)
      return unavailable("the backend's 'expires_at' is no time in ms");
    who.expires = unix_time{std::chrono::milliseconds{*time}};
  }
  if (auto error = read_grants(*answer, everybody, who); !error.empty())
    return unavailable("the backend's answer is wrong: " + error);
  return who;
}

} // namespace atrium
