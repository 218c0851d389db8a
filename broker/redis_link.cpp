#include "atrium/broker/redis_link.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace asio = boost::asio;

namespace atrium {

namespace {

using boost::system::error_code;

constexpr std::size_t read_size = std::size_t{64} << 10;

// A buffer that had to grow for one huge publish is not kept.
constexpr std::size_t keep_size = std::size_t{1} << 20;

unix_time wall_clock() {
  using namespace std::chrono;
  return floor<milliseconds>(system_clock::now());
}

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

redis_link::redis_link(asio::io_context& io, const redis_bus_config& config,
                       std::string name, redis_dialog& dialog)
  : config_(config),
    name_(std::move(name)),
    dialog_(dialog),
    resolver_(io),
    socket_(io),
    timer_(io),
    backoff_(config.backoff_floor, config.backoff_cap),
    in_(read_size) {
  // nop
}

void redis_link::start() {
  connect();
}

void redis_link::stop() {
  close();
  ++armed_;
  timer_.cancel();
}

void redis_link::wake() {
  if (state_ != state::up || writing_)
    return;
  if (std::exchange(ping_due_, false) && !pinging_ && dialog_.idle()) {
    append_command(out_, {"PING"});
    pinging_ = true;
    asked_at_ = wall_clock();
  }
  dialog_.compose(out_);
  write();
}

// -- coming up ----------------------------------------------------------------

void redis_link::connect() {
  state_ = state::connecting;
  arm(config_.connect_timeout, &redis_link::time_out);
  if (config_.url.is_unix())
    return dial(local_endpoints(config_.url));
  resolver_.async_resolve(
    config_.url.host, std::to_string(config_.url.port),
    if_fresh([this](auto& found) { dial(tcp_endpoints(found)); }));
}

void redis_link::dial(const redis_endpoints& targets) {
  asio::async_connect(socket_, targets, if_fresh([this](auto&) { set_up(); }));
}

void redis_link::set_up() {
  state_ = state::setting_up;
  if (!config_.url.is_unix())
    tune_tcp(socket_, config_.ping_idle + config_.ping_timeout);
  reader_ = resp_reader{};
  proven_ = wall_clock();
  setup_.emplace(config_.url, config_.client_name + '.' + name_, out_);
  write();
  read();
}

void redis_link::go_up() {
  state_ = state::up;
  last_loss_.clear();
  log_to(config_.log, log::level::info, "bus_link_up", {{"link", name_}},
         "link to " + config_.url.masked() + " is up");
  arm(config_.ping_idle, &redis_link::ask_for_life);
  dialog_.on_up();
  wake();
}

// -- reading and writing ------------------------------------------------------

void redis_link::read() {
  socket_.async_read_some(
    asio::buffer(in_), if_fresh([this](std::size_t size) { on_read(size); }));
}

void redis_link::on_read(std::size_t size) {
  silent_ = false;
  auto outcome = reader_.feed({in_.data(), size}, [this](resp_reply reply) {
    return state_ == state::up ? on_reply(reply) : on_setup_reply(reply);
  });
  dialog_.on_read_end();
  if (outcome == resp_reader::result::broken)
    trouble_ = "protocol error";
  if (!trouble_.empty())
    return lose(std::exchange(trouble_, {}));
  wake();
  read();
}

bool redis_link::on_reply(resp_reply reply) {
  if (pinging_ && !is_message(reply)) {
    pinging_ = false;
    proven_ = asked_at_;
    return true;
  }
  trouble_ = dialog_.on_reply(reply);
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

void redis_link::ask_for_life() {
  silent_ = true;
  ping_due_ = true;
  arm(config_.ping_timeout, &redis_link::check_life);
  wake();
}

void redis_link::check_life() {
  if (silent_)
    return lose("no sign of life");
  // Thus a PING goes out every `ping_idle`, also when the answers come late.
  auto rest = config_.ping_idle - config_.ping_timeout;
  arm(std::max(rest, std::chrono::milliseconds{1}), &redis_link::ask_for_life);
}

void redis_link::time_out() {
  lose("no connection in time");
}

// -- going down ---------------------------------------------------------------

void redis_link::lose(std::string_view reason) {
  auto was_up = state_ == state::up;
  auto pause = backoff_.next();
  close();
  report_loss(reason, pause);
  arm(pause, &redis_link::connect);
  if (was_up)
    dialog_.on_down(proven_);
}

void redis_link::close() {
  ++generation_;
  state_ = state::down;
  resolver_.cancel();
  error_code ignored;
  socket_.close(ignored);
  out_.clear();
  writing_ = false;
  ping_due_ = false;
  pinging_ = false;
}

// A server that stays away is one warning, not one per attempt.
void redis_link::report_loss(std::string_view reason, backoff::duration pause) {
  auto level = reason == last_loss_ ? log::level::debug : log::level::warn;
  last_loss_ = reason;
  log_to(config_.log, level, "bus_link_down",
         {{"link", name_}, {"error", last_loss_}, {"retry_ms", pause.count()}},
         "link to " + config_.url.masked() + " is down");
}

void redis_link::arm(std::chrono::milliseconds delay,
                     void (redis_link::*action)()) {
  timer_.expires_after(delay);
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
