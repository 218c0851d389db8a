#include "atrium/broker/log/log.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/http_response.hpp"
#include "atrium/net/http/http_rules.hpp"
#include "atrium/net/http/http_session.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/beast/http/write.hpp>

#include <utility>

// From a request that is complete, or refused, to its answer.

namespace atrium {

namespace http = boost::beast::http;

namespace {

// Longer than the 60 s after which balancers and pools usually let go: who
// sends a request while the other end closes gets a reset.
constexpr std::chrono::seconds kept_alive{75};

constexpr std::size_t linger_buffer = 4096;
constexpr std::size_t longest_entry = 64; // of X-Forwarded-For, in the log

} // namespace

// The connection ends with it: where the next request would begin is unknown.
http_answer http_session::answer_to(const http_flaw& x,
                                    std::string_view path) const {
  auto result = routes_.problem_at(path)(x.status, "bad_request", x.why);
  result.last = true;
  return result;
}

std::optional<http_answer> http_session::refusal_of(http_request& x) {
  if (auto flaw = make_sound(x))
    return answer_to(*flaw, path_named_by(std::string_view{x.target()}));
  if (x.target().size() > node_->rules->http.max_header_bytes / 2) {
    ++node_->client_counts->headers_refused;
    auto problem = routes_.problem_at(path_of(std::string_view{x.target()}));
    return problem(414, "bad_request", "the URL is too long");
  }
  return routes_.refusal_of(*node_, x);
}

void http_session::handle() {
  if (no_)
    return answer(std::move(*no_));
  auto& how = route_->how;
  if (auto* reply = std::get_if<http_route::prompt>(&how))
    return answer((*reply)(*node_, request_));
  if (auto* take_over = std::get_if<http_route::takeover>(&how))
    return (*take_over)(shared_from_this());
  // Who answers may be stuck.
  lane_.timers().expire_after(*this, http_route::patience);
  if (auto* ask = std::get_if<http_route::patient>(&how))
    return (*ask)(*node_, request_, respond_later());
  std::get<http_route::guarded>(how).ask(*this, respond_later());
}

http_route::responder http_session::respond_later() {
  return [self = shared_from_this()](http_answer x) {
    boost::asio::dispatch(self->lane_.io(), [self, x = std::move(x)]() mutable {
      self->answer(std::move(x));
    });
  };
}

// What stands in X-Forwarded-For counts as far as HTTP has passed through the
// proxy. One that passes on TCP does not write there: a client does.
boost::asio::ip::address http_session::client() const {
  std::string_view unclear;
  std::string_view said{request_["X-Forwarded-For"]};
  if (is_nameless_)
    said = {};
  auto result = node_->rules->proxies.client_of(peer_, said, &unclear);
  if (!unclear.empty())
    log::warn("forwarded_for_unclear",
              {{"proxy", peer_.to_string()},
               {"entry", unclear.substr(0, longest_entry)}},
              "a trusted proxy says by X-Forwarded-For what is no address");
  return result;
}

void http_session::respond(const http_request& to, http_answer x) {
  x.last = x.last || node_->life->is_leaving();
  auto response = std::make_shared<http::response<http::string_body>>(
    make_response(to, std::move(x)));
  expect_client(); // who does not read holds the node up, too
  http::async_write(stream_, *response,
                    [self = shared_from_this(), response](auto error, auto) {
                      // What it took of the bounds is free again.
                      self->request_ = {};
                      self->pass_ = {};
                      if (error)
                        self->close();
                      else if (response->keep_alive())
                        self->go_on();
                      else
                        self->linger();
                    });
}

// A client that may stay keeps the connection for its next request, but no
// place that another one needs. From the first byte on it has to be quick.
void http_session::go_on() {
  if (!is_trusted_ || buffer_.size() != 0)
    return read();
  settled_.reset();
  place_->idle();
  lane_.timers().expire_after(*this, kept_alive);
  read_more(true);
}

// To close a socket with bytes unread resets it, and the client may never see
// the answer (RFC 9112, 9.6): reads on until it hangs up or the deadline.
void http_session::linger() {
  boost::system::error_code ignored;
  stream_.next_layer().shutdown(stream_socket::shutdown_send, ignored);
  buffer_.clear();
  stream_.next_layer().async_read_some(
    buffer_.prepare(linger_buffer),
    [self = shared_from_this()](auto error, auto) {
      if (error)
        self->close();
      else
        self->linger();
    });
}

void http_session::close() {
  boost::system::error_code ignored;
  stream_.next_layer().shutdown(stream_socket::shutdown_send, ignored);
  stream_.next_layer().close(ignored);
}

} // namespace atrium
