#include "atrium/broker/redis/redis_link.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace atrium {

namespace {

using boost::system::error_code;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t read_size = std::size_t{64} << 10;

// A buffer that had to grow for one huge publish is not kept.
constexpr std::size_t keep_size = std::size_t{1} << 20;

} // namespace

// Makes a handler that ignores what belongs to an earlier connection and that
// turns errors as well as exceptions into the loss of this one.
template <class F>
auto redis_link::if_fresh(F f) {
  return [this, f = std::move(f), generation = generation_](error_code ec,
                                                            auto&&... args) {
    if (generation != generation_)
      return;
    if (ec)
      return lose(ec.message());
    try {
      f(args...);
    } catch (const std::exception& e) {
      lose(e.what());
    }
  };
}

redis_link::redis_link(asio::io_context& io, redis_client_config config,
                       std::string name, redis_life::purpose purpose)
  : config_(std::move(config)),
    name_(std::move(name)),
    lookup_(io, config_.resolve),
    dialer_(io, config_.connect_timeout),
    socket_(io),
    timer_(io),
    backoff_(config_.backoff_floor, config_.backoff_cap),
    in_(read_size),
    life_(purpose, config_.write_key) {
  // nop
}

void redis_link::stop() {
  close();
  ++armed_;
  timer_.cancel();
}

void redis_link::wake() {
  // `out_` belongs to the write under way; its end calls this function again.
  if (state_ != state::up || writing_)
    return;
  if (life_.is_due()) {
    if (!dialog_->idle())
      return; // asks when the answers are there, which is soon
    // The question comes before the commands of this write: Redis answers in
    // order, so the next replies are its answers, and all later replies belong
    // to the dialog.
    life_.ask(out_, clock_type::now());
    dialog_->on_asked();
  }
  dialog_->compose(out_);
  write();
}

void redis_link::drop_if_at(const dial_protocol::endpoint& where,
                            std::string_view reason) {
  if (state_ >= state::setting_up && peer_ == where)
    lose(reason);
}

// -- coming up ----------------------------------------------------------------

void redis_link::connect() {
  if (config_.url.is_unix())
    return dial({asio::local::stream_protocol::endpoint{config_.url.path}});
  state_ = state::resolving;
  arm(config_.resolve_timeout, &redis_link::time_out);
  lookup_.find(config_.url.host, config_.url.port,
               [this, generation = generation_](name_lookup::outcome x) {
                 if (generation != generation_)
                   return;
                 if (!x.error.empty())
                   return lose(config_.url.host + ": " + x.error);
                 dial(tcp_endpoints(x.found));
               });
}

void redis_link::dial(dial_targets targets) {
  state_ = state::dialing;
  constexpr std::chrono::seconds slack{1}; // the dialer is in time by itself
  arm(tcp_dialer::stagger * targets.size() + config_.connect_timeout + slack,
      &redis_link::time_out);
  dialer_.dial(order_.sorted(std::move(targets)),
               [this, generation = generation_](tcp_dialer::outcome x) {
                 if (generation != generation_)
                   return;
                 if (!x.error.empty())
                   return lose(x.error);
                 set_up(std::move(x));
               });
}

void redis_link::set_up(tcp_dialer::outcome x) {
  state_ = state::setting_up;
  socket_ = std::move(x.socket);
  peer_ = std::move(x.peer);
  arm(config_.setup_timeout, &redis_link::time_out);
  if (!config_.url.is_unix())
    tune_tcp(socket_, config_.ping_idle + config_.ping_timeout);
  // The old reader may hold half a reply of the last connection.
  reader_ = resp_reader{};
  life_.reset(clock_type::now());
  setup_.emplace(config_.url, config_.client_name + '.' + name_,
                 life_.is_for_commands(), out_);
  write();
  read();
}

void redis_link::go_up() {
  state_ = state::up;
  last_loss_.clear(); // logs the same cause again after a repair
  status_.tell({}, true);
  log_to(config_.log, log::level::info, "bus_link_up", {{"link", name_}},
         "link to " + config_.url.masked() + " is up");
  arm({}, &redis_link::look_after_life);
  // The backoff is not reset here: a server that accepts connections and drops
  // them would be tried every 50 ms. `settled` resets it.
  status_.set_up(true);
  dialog_->on_up();
  wake();
}

// -- reading and writing ------------------------------------------------------

void redis_link::read() {
  socket_.async_read_some(
    asio::buffer(in_), if_fresh([this](std::size_t size) { on_read(size); }));
}

void redis_link::on_read(std::size_t size) {
  life_.note_arrival();
  auto outcome = reader_.feed({in_.data(), size}, [this](resp_reply reply) {
    return state_ == state::up ? on_reply(reply) : on_setup_reply(reply);
  });
  // Also before a loss: subscribers get the messages before the faulty reply
  // now, not after the notice of the gap.
  dialog_->on_read_end();
  if (outcome == resp_reader::result::broken)
    trouble_ = "protocol error";
  if (!trouble_.empty())
    // Only after the last reply: the dialog must not hear of the loss within
    // its own `on_reply`.
    return lose(std::exchange(trouble_, {}));
  wake();
  read();
}

bool redis_link::on_reply(resp_reply reply) {
  if (life_.is_asking() && !is_message(reply))
    on_life_reply(reply);
  else
    trouble_ = dialog_->on_reply(reply);
  return trouble_.empty();
}

bool redis_link::on_setup_reply(resp_reply reply) {
  auto outcome = setup_->on_reply(reply);
  if (outcome == redis_setup::result::failed)
    trouble_ = setup_->error();
  if (outcome == redis_setup::result::done)
    go_up();
  return trouble_.empty();
}

void redis_link::write() {
  if (out_.empty())
    return;
  writing_ = true;
  asio::async_write(socket_, asio::buffer(out_), if_fresh([this](std::size_t) {
                      writing_ = false;
                      out_.clear();
                      if (out_.capacity() > keep_size)
                        out_.shrink_to_fit();
                      wake();
                    }));
}

// -- health -------------------------------------------------------------------

void redis_link::look_after_life() {
  auto now = clock_type::now();
  if (life_.is_dead(now, config_.ping_timeout))
    return lose("no sign of life");
  arm(config_.ping_idle, &redis_link::look_after_life);
  // The time runs even if a write is stuck and no question can be sent.
  life_.expect(now);
  ask_soon();
}

void redis_link::on_life_reply(resp_reply reply) {
  auto found = life_.on_reply(reply);
  if (!found.demotion.empty()) {
    trouble_ = std::move(found.demotion);
    return;
  }
  if (!found.write_error.empty() && found.write_error != status_.trouble())
    log_to(config_.log, log::level::warn, "bus_write_refused",
           {{"link", name_}, {"error", found.write_error}},
           "Redis takes no writes");
  if (found.is_whole) {
    order_.worked(); // not before: a replica may have come up as well
    status_.tell(found.write_error, found.write_error.empty());
    dialog_->on_proven();
  }
}

void redis_link::time_out() {
  lose(state_ == state::resolving
         ? config_.url.host + ": the name is not resolved in time"
         : "the server does not answer in time");
}

// -- going down ---------------------------------------------------------------

void redis_link::lose(std::string_view reason) {
  auto before = state_;
  std::string why{reason}; // may be part of what is closed now
  auto pause = backoff_.next();
  if (before >= state::setting_up)
    // Or an address that accepts and then fails is dialed first each time.
    order_.failed(peer_);
  // What is not sent yet must not arrive when this node counts as dead.
  error_code ignored;
  socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  close();
  report_loss(why, pause);
  // Before the dialog is called: the link comes back even if that throws.
  arm(pause, &redis_link::connect);
  if (before == state::up) {
    status_.count_loss();
    dialog_->on_down(life_.proven(), why);
  } else if (before == state::setting_up && is_demotion(why)) {
    dialog_->on_turned_away(peer_, why);
  }
}

void redis_link::close() {
  ++generation_;
  state_ = state::down;
  status_.set_up(false);
  lookup_.forget(); // the look-up goes on for the next attempt
  dialer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  out_.clear();
  writing_ = false;
}

// A server that stays away is one warning, not one per attempt.
void redis_link::report_loss(std::string_view reason, backoff::duration pause) {
  auto level = reason == last_loss_ ? log::level::debug : log::level::warn;
  last_loss_ = reason;
  status_.tell(last_loss_, status_.takes_writes() && !is_demotion(reason));
  log_to(config_.log, level, "bus_link_down",
         {{"link", name_}, {"error", last_loss_}, {"retry_ms", pause.count()}},
         "link to " + config_.url.masked() + " is down");
}

void redis_link::arm(std::chrono::milliseconds delay,
                     void (redis_link::*action)()) {
  timer_.expires_after(delay);
  // A handler that is queued already shows by its serial that it is too late.
  timer_.async_wait([this, action, serial = ++armed_](error_code ec) {
    if (ec || serial != armed_)
      return;
    try {
      (this->*action)();
    } catch (const std::exception& e) {
      lose(e.what());
    }
  });
}

} // namespace atrium
