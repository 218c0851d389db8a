#include "atrium/broker/redis/redis_connector.hpp"

#include <utility>

namespace atrium {

redis_connector::redis_connector(boost::asio::io_context& io,
                                 const redis_client_config& config,
                                 std::unique_ptr<redis_locator> where)
  : io_(io),
    config_(config),
    where_(std::move(where)),
    dialer_(io, config.connect_timeout),
    timer_(io) {
  // nop
}

void redis_connector::open(handler done) {
  cancel();
  // First: it may throw.
  where_->find([this, serial = serial_](redis_locator::place at) {
    if (serial != serial_)
      return;
    at.error.empty() ? dial(std::move(at)) : fail(at.error);
  });
  done_ = std::move(done);
  arm(config_.resolve_timeout,
      where_->what() + ": the name is not resolved in time");
}

void redis_connector::cancel() {
  ++serial_;
  timer_.cancel();
  where_->forget();
  dialer_.cancel();
  if (securing_)
    securing_->stream.reset();
  securing_.reset();
  done_ = nullptr;
}

void redis_connector::dial(redis_locator::place at) {
  constexpr std::chrono::seconds slack{1}; // the dialer is in time by itself
  arm(tcp_dialer::stagger * at.targets.size() + config_.connect_timeout + slack,
      "the server does not answer in time");
  dialer_.dial(
    order_.sorted(std::move(at.targets)),
    [this, serial = serial_, host = std::move(at.host)](tcp_dialer::outcome x) {
      if (serial != serial_)
        return;
      if (!x.error.empty())
        return fail(x.error);
      secure(std::move(x), host);
    });
}

void redis_connector::secure(tcp_dialer::outcome x, const std::string& host) {
  if (!config_.address.is_unix())
    tune_tcp(x.socket, config_.ping_idle + config_.ping_timeout);
  securing_ = std::make_unique<outcome>(
    outcome{dial_stream{std::move(x.socket)}, std::move(x.peer), host});
  auto finish = [this, serial = serial_](const std::string& error) {
    if (serial != serial_)
      return;
    auto made = std::move(securing_);
    auto done = std::exchange(done_, nullptr);
    if (!error.empty()) {
      // Or an address that accepts and then fails is dialed first each time.
      order_.failed(made->peer);
      made->stream.reset();
      made->error = error;
    }
    cancel();
    done(std::move(*made));
  };
  if (!config_.address.tls)
    return finish({});
  auto access = config_.access ? config_.access->get()->tls : nullptr;
  if (access == nullptr)
    return finish("TLS: there are no certificates");
  arm(config_.setup_timeout, "TLS: the server does not answer in time");
  securing_->stream.secure(*access, host, std::move(finish));
}

void redis_connector::fail(const std::string& why) {
  outcome failed{dial_stream{dial_protocol::socket{io_}}, {}, {}, why};
  if (securing_)
    order_.failed(securing_->peer);
  auto done = std::exchange(done_, nullptr);
  cancel();
  done(std::move(failed));
}

void redis_connector::arm(std::chrono::milliseconds patience,
                          std::string complaint) {
  timer_.expires_after(patience);
  // A handler that is queued already shows by the serial that it is too late;
  // one of an earlier step, by the time.
  timer_.async_wait(
    [this, serial = serial_, due = timer_.expiry(),
     complaint = std::move(complaint)](boost::system::error_code ec) {
      if (!ec && serial == serial_ && due == timer_.expiry() && done_)
        fail(complaint);
    });
}

} // namespace atrium
