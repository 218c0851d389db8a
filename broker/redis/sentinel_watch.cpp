#include "atrium/broker/redis/sentinel_watch.hpp"

#include "atrium/broker/redis/host_locator.hpp"

#include <utility>

namespace atrium {

namespace {

using steady_clock = std::chrono::steady_clock;

constexpr std::chrono::seconds period{5};

// Who we are for sentinels stands apart (`redis_access`): they never get to
// know the password of Redis.
redis_client_config for_sentinels(redis_client_config x) {
  redis_address at;
  at.hosts = std::move(x.address.hosts);
  at.tls = x.address.tls;
  x.address = std::move(at);
  x.write_key.clear();
  return x;
}

std::unique_ptr<redis_locator> locate(boost::asio::io_context& io,
                                      const redis_client_config& config) {
  return std::make_unique<host_locator>(io, config.address.hosts,
                                        config.resolve);
}

} // namespace

sentinel_watch::sentinel_watch(boost::asio::io_context& io,
                               const redis_client_config& config,
                               handler on_moved, std::function<bool()> serves)
  : config_(for_sentinels(config)),
    name_(config.address.master),
    on_moved_(std::move(on_moved)),
    serves_(std::move(serves)),
    asker_(name_, [this](auto& x) { return on_answer(x); }),
    listener_(
      name_,
      [this] {
        events_.settled();
        ask_now();
      },
      [this](auto& from, auto& to) { on_move(from, to); }),
    questions_(io, config_, config.link_prefix + "sentinel",
               link_purpose::sentinel, locate(io, config_)),
    events_(io, config_, config.link_prefix + "sentinel-events",
            link_purpose::sentinel, locate(io, config_)),
    again_(io),
    patience_(io) {
  // nop
}

void sentinel_watch::start() {
  questions_.start(asker_);
  events_.start(listener_);
  look_again();
}

void sentinel_watch::stop() {
  questions_.stop();
  events_.stop();
  again_.cancel();
  patience_.cancel();
  open_.clear();
}

void sentinel_watch::ask(std::weak_ptr<void> who, answer_handler done) {
  open_.push_back({std::move(who), std::move(done)});
  if (open_.size() == 1)
    wait_for_answer();
  // The answer that is on its way will do.
  if (asker_.idle())
    ask_now();
}

// -- what sentinels say -------------------------------------------------------

std::string
sentinel_watch::on_answer(const std::optional<sentinel_asker::answer>& x) {
  if (!x) {
    if (++unaware_ >= config_.address.hosts.size())
      tell({{}, "the sentinels know no master called " + name_});
    return "the sentinel knows no master called " + name_;
  }
  unaware_ = 0;
  auto before = known_.get();
  auto verdict = known_.on_answer(x->master, x->epoch, steady_clock::now(),
                                  serves_ && serves_());
  if (verdict == known_master::verdict::moved)
    tell_moved(before);
  tell({known_.get()});
  if (verdict == known_master::verdict::outdated)
    return "the sentinel has not heard of the failover to "
           + to_string(known_.get());
  questions_.settled();
  return {};
}

void sentinel_watch::on_move(const redis_host& from, const redis_host& to) {
  if (known_.on_move(from, to, steady_clock::now()))
    tell_moved(from);
  else
    ask_now();
}

// -- asking -------------------------------------------------------------------

void sentinel_watch::ask_now() {
  asker_.want();
  questions_.wake();
}

void sentinel_watch::look_again() {
  again_.expires_after(period);
  again_.async_wait([this](boost::system::error_code ec) {
    if (ec)
      return;
    look_again();
    ask_now();
  });
}

// Whoever asks waits no longer than for a name, so the answer comes before.
void sentinel_watch::wait_for_answer() {
  patience_.expires_after(config_.resolve_timeout
                          - config_.resolve_timeout / 10);
  // A handler that is queued already shows by the time that it is too late.
  patience_.async_wait(
    [this, due = patience_.expiry()](boost::system::error_code ec) {
      if (ec || due != patience_.expiry())
        return;
      auto trouble = questions_.status().trouble();
      tell({{},
            "no sentinel names " + what() + ": "
              + (trouble.empty() ? "no answer in time" : trouble)});
    });
}

// -- telling ------------------------------------------------------------------

void sentinel_watch::tell_moved(const redis_host& from) {
  auto to = to_string(known_.get());
  log_to(config_.log, log::level::info, "redis_master_moved",
         {{"from", to_string(from)}, {"to", to}},
         what() + " is another server");
  on_moved_("the master is now " + to);
}

void sentinel_watch::tell(const answer& x) {
  patience_.cancel();
  // Who hears it may ask anew.
  for (auto& [who, done] : std::exchange(open_, {}))
    if (auto held = who.lock())
      done(x);
}

} // namespace atrium
