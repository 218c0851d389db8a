#include "atrium/broker/redis/redis_link.hpp"

#include <boost/asio/buffer.hpp>

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
                       std::string name, link_purpose purpose,
                       std::unique_ptr<redis_locator> where)
  : config_(std::move(config)),
    name_(std::move(name)),
    connector_(io, config_, std::move(where)),
    stream_(dial_protocol::socket{io}),
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

void redis_link::ask_soon() {
  life_.call();
  wake();
}

void redis_link::drop(std::string_view reason) {
  if (state_ != state::down)
    lose(reason);
}

// A link that is refused whenever it has come up is news once.
void redis_link::settled() {
  backoff_.reset();
  if (std::exchange(is_settled_, true))
    return;
  last_loss_.clear(); // logs the same cause again after a repair
  if (!std::exchange(is_told_, true))
    report_up(log::level::info);
}

void redis_link::drop_if_at(const dial_protocol::endpoint& where,
                            std::string_view reason) {
  if (state_ >= state::setting_up && peer_ == where)
    lose(reason);
}

// -- coming up ----------------------------------------------------------------

void redis_link::connect() {
  state_ = state::connecting;
  connector_.open([this](redis_connector::outcome&& x) {
    x.error.empty() ? set_up(std::move(x)) : lose(x.error);
  });
}

void redis_link::set_up(redis_connector::outcome x) {
  state_ = state::setting_up;
  stream_.replace(std::move(x.stream));
  peer_ = std::move(x.peer);
  host_ = std::move(x.host);
  arm(config_.setup_timeout, &redis_link::time_out);
  // The old reader may hold half a reply of the last connection.
  reader_ = resp_reader{};
  life_.reset(clock_type::now());
  setup_.emplace(config_, config_.client_name + '.' + name_, life_.purpose(),
                 out_);
  write();
  read();
}

void redis_link::go_up() {
  state_ = state::up;
  status_.tell({}, true);
  is_told_ = std::exchange(is_settled_, false);
  report_up(is_told_ ? log::level::info : log::level::debug);
  arm({}, &redis_link::look_after_life);
  // The backoff is not reset here: a server that accepts connections and drops
  // them would be tried every 50 ms. `settled` resets it.
  status_.set_up(true);
  dialog_->on_up();
  wake();
}

// -- reading and writing ------------------------------------------------------

void redis_link::read() {
  stream_.read_some(asio::buffer(in_),
                    if_fresh([this](std::size_t size) { on_read(size); }));
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
  if (life_.is_asking() && !is_unasked(reply))
    on_life_reply(reply);
  else if (auto flaw = dialog_->on_reply(reply); !flaw.empty())
    trouble_ = flaw;
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
  stream_.write(asio::buffer(out_), if_fresh([this](std::size_t) {
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
    connector_.order()
      .worked(); // not before: a replica may have come up as well
    status_.tell(found.write_error, found.write_error.empty());
    dialog_->on_proven();
  }
}

void redis_link::time_out() {
  lose("the server does not answer in time");
}

// -- going down ---------------------------------------------------------------

void redis_link::lose(std::string_view reason) {
  auto before = state_;
  // A copy: it may be part of what is closed now.
  auto why = before == state::setting_up ? setup_->explain(reason)
                                         : std::string{reason};
  auto pause = backoff_.next();
  if (before >= state::setting_up)
    // Or an address that accepts and then fails is dialed first each time.
    connector_.order().failed(peer_);
  // What is not sent yet must not arrive when this node counts as dead.
  stream_.reset();
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
  connector_.cancel();
  stream_.close();
  out_.clear();
  writing_ = false;
}

void redis_link::report_up(log::level level) {
  log_to(config_.log, level, "bus_link_up", {{"link", name_}},
         "link to " + config_.address.masked() + " is up");
}

// A server that stays away is one warning, not one per attempt.
void redis_link::report_loss(std::string_view reason, backoff::duration pause) {
  auto level = reason == last_loss_ ? log::level::debug : log::level::warn;
  last_loss_ = reason;
  status_.tell(last_loss_, status_.takes_writes() && !is_demotion(reason));
  log_to(config_.log, level, "bus_link_down",
         {{"link", name_}, {"error", last_loss_}, {"retry_ms", pause.count()}},
         "link to " + config_.address.masked() + " is down");
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
