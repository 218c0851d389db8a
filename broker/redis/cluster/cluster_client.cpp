#include "atrium/broker/redis/cluster/cluster_client.hpp"

#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace atrium {

namespace {

// The same on all nodes, whoever they are there and however they go there: it
// decides which server has what.
std::string name_of(const redis_address& x) {
  std::vector<std::string> hosts;
  for (auto& host : x.hosts)
    hosts.push_back(to_string(host));
  std::ranges::sort(hosts);
  auto result = x.path;
  if (!x.is_unix())
    for (auto& host : hosts)
      result += (result.empty() ? "" : ",") + host;
  if (!x.master.empty())
    result += '/' + x.master;
  return x.db == 0 ? result : result + '/' + std::to_string(x.db);
}

} // namespace

cluster_client::cluster_client(boost::asio::io_context& io,
                               redis_client_config config, turn* turns)
  : redis_client(io, config.log, turns),
    config_(std::move(config)),
    next_(io),
    seconds_(io) {
  if (config_.address.kind == redis_kind::cluster) {
    watch_ = std::make_unique<cluster_watch>(
      io, config_, [this](slot_map map) { set_map(std::move(map)); });
    return;
  }
  independent_.emplace(name_of(config_.address), config_.address);
  for (auto& x : config_.others)
    independent_.emplace(name_of(x), x);
}

// -- the interface ------------------------------------------------------------

void cluster_client::start() {
  if (watch_) {
    watch_->start();
  } else {
    std::vector<cluster_server> servers;
    for (auto& [name, address] : independent_)
      servers.push_back({{}, 0, name});
    set_map(slot_map::of_independent(std::move(servers)));
  }
  tick();
}

void cluster_client::stop() {
  is_over_ = true;
  next_.cancel();
  seconds_.cancel();
  if (watch_)
    watch_->stop();
  for (auto& [name, x] : members_)
    x.links->stop();
}

void cluster_client::add(redis_caller& who, const redis_caller::profile& what) {
  pipeline_.add(who, what);
  wake();
}

void cluster_client::remove(redis_caller& who) {
  pipeline_.remove(who);
}

void cluster_client::wake() {
  pipeline_.wake();
  schedule();
}

std::string_view
cluster_client::incarnation(std::string_view key) const noexcept {
  auto number = pipeline_.server_of(key);
  if (!number || *number >= numbered_.size() || numbered_[*number] == nullptr)
    return {};
  return numbered_[*number]->links->commands().incarnation();
}

std::unique_ptr<channel_listener> cluster_client::listen(gap_clock clock) {
  cluster_listener::parts parts{io(), log()};
  parts.link = [this](const cluster_server& x) -> redis_link& {
    return member_at(x).links->subscriptions();
  };
  parts.on_doubt = [this] { ask_topology(); };
  parts.on_begin = [this](cluster_listener& x) {
    listener_ = &x;
    return map_;
  };
  parts.on_over = [this] { listener_ = nullptr; };
  if (watch_)
    parts.how = subscription_tracker::kind::sharded;
  return std::make_unique<cluster_listener>(std::move(parts), std::move(clock));
}

// Of a server that is new nothing is known yet: it does not count as lost.
redis_client_state cluster_client::state() const {
  std::lock_guard guard{mutex_};
  redis_client_state result;
  result.reconnects = past_reconnects_;
  auto has_any = false;
  auto takes_writes = false;
  for (auto& [name, x] : members_) {
    auto one = x.links->state();
    result.reconnects += one.reconnects;
    if (!x.is_current)
      continue;
    result.is_whole = (!has_any || result.is_whole) && one.is_whole;
    has_any = true;
    result.commands = result.commands || one.commands;
    result.subscriptions = result.subscriptions || one.subscriptions;
    takes_writes = takes_writes || one.takes_writes;
    if (!one.trouble.empty())
      result.trouble
        += (result.trouble.empty() ? "" : "; ") + name + ' ' + one.trouble;
  }
  result.takes_writes = takes_writes || !has_any;
  if (!has_any)
    result.trouble = "no node of the cluster has said where the masters are";
  return result;
}

// -- servers ------------------------------------------------------------------

auto cluster_client::member_at(const cluster_server& where) -> member& {
  if (auto i = members_.find(where.name); i != members_.end())
    return i->second;
  auto config = config_of(where);
  auto links = std::make_unique<server_links>(io(), config);
  links->start();
  std::lock_guard guard{mutex_};
  return members_
    .emplace(where.name, member{std::move(config), std::move(links), false,
                                std::chrono::steady_clock::now()})
    .first->second;
}

redis_client_config
cluster_client::config_of(const cluster_server& where) const {
  auto result = config_;
  result.others.clear();
  if (auto i = independent_.find(where.name); i != independent_.end()) {
    result.address = i->second;
  } else {
    result.address.kind = redis_kind::server;
    result.address.hosts = {{where.host, where.port}};
  }
  result.write_key.clear(); // `set_map` says which
  return result;
}

// Each server is asked about a key of its own: it would send others away.
std::string cluster_client::write_key_of(const cluster_server& where) const {
  constexpr unsigned most_tries = 100'000;
  auto end = config_.write_key.find('}');
  auto& known = map_.servers();
  if (end == std::string::npos
      || std::find(known.begin(), known.end(), where) == known.end())
    return {};
  for (unsigned i = 0; i < most_tries; ++i) {
    auto key = config_.write_key;
    key.insert(end, ':' + std::to_string(i));
    auto owner = map_.owner(key_slot(key));
    if (owner != slot_map::nobody && map_.servers()[owner] == where)
      return key;
  }
  return {};
}

void cluster_client::set_map(slot_map map) {
  map_ = std::move(map);
  for (auto& x : map_.servers())
    member_at(x).links->commands().set_write_key(write_key_of(x));
  {
    std::lock_guard guard{mutex_};
    for (auto& [name, x] : members_)
      x.is_current = false;
    for (auto& x : map_.servers())
      members_.at(x.name).is_current = true;
  }
  pipeline_.set_map(map_);
  if (listener_ != nullptr)
    listener_->set_map(map_);
  schedule();
}

// -- time ---------------------------------------------------------------------

void cluster_client::schedule() {
  auto due = pipeline_.next_tick();
  if (!due || is_over_ || std::exchange(is_scheduled_, true))
    return;
  next_.expires_at(*due);
  next_.async_wait([this](boost::system::error_code ec) {
    is_scheduled_ = false;
    if (ec || is_over_)
      return;
    pipeline_.tick();
    schedule();
  });
}

// A server that is away may have been replaced.
void cluster_client::tick() {
  if (is_over_)
    return;
  seconds_.expires_after(std::chrono::seconds{1});
  seconds_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      tick();
  });
  constexpr unsigned patience = 5; // an end may last for hours
  second_ = second_ % patience + 1;
  forget_unused();
  for (auto& [name, x] : members_)
    if (second_ == patience && x.is_current
        && !x.links->commands().status().is_up())
      ask_topology();
  schedule();
}

// Not at once: handlers of links that are closed may still be queued.
void cluster_client::forget_unused() {
  constexpr std::chrono::minutes memory{1};
  auto now = std::chrono::steady_clock::now();
  std::lock_guard guard{mutex_};
  for (auto i = members_.begin(); i != members_.end();) {
    auto& [name, x] = *i;
    auto is_used = x.is_current || name.empty()
                   || std::ranges::find(numbered_, &x) != numbered_.end()
                   || (listener_ != nullptr && listener_->listens_at(name));
    if (is_used)
      x.used = now;
    if (now - x.used < memory) {
      ++i;
      continue;
    }
    past_reconnects_ += x.links->state().reconnects;
    i = members_.erase(i);
  }
}

// -- links of the pipeline ----------------------------------------------------

void cluster_client::open(std::size_t number, const cluster_server& where,
                          redis_dialog& dialog) {
  if (numbered_.size() <= number)
    numbered_.resize(number + 1);
  numbered_[number] = &member_at(where);
  numbered_[number]->links->commands().start(dialog);
}

void cluster_client::close(std::size_t number) {
  std::exchange(numbered_[number], nullptr)->links->commands().stop();
}

void cluster_client::wake(std::size_t number) {
  numbered_[number]->links->commands().wake();
}

void cluster_client::ask_topology() {
  if (watch_)
    watch_->doubt();
}

// A master that was demoted takes messages as if nothing had happened, and the
// other link is whole and hears of nothing: both have to leave it.
void cluster_client::on_demoted(std::size_t number, std::string_view reason,
                                const dial_protocol::endpoint* where) {
  auto& other = numbered_[number]->links->subscriptions();
  where == nullptr ? other.drop(reason) : other.drop_if_at(*where, reason);
  ask_topology();
}

void cluster_client::on_proven(std::size_t number) {
  numbered_[number]->links->commands().settled();
}

} // namespace atrium
