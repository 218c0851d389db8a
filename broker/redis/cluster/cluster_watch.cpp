#include "atrium/broker/redis/cluster/cluster_watch.hpp"

#include "atrium/broker/redis/host_locator.hpp"

#include <memory>
#include <utility>

namespace atrium {

cluster_watch::cluster_watch(boost::asio::io_context& io,
                             const redis_client_config& config, handler on_map)
  : on_map_(std::move(on_map)),
    link_(
      io, config, config.link_prefix + "cluster", link_purpose::topology,
      std::make_unique<host_locator>(io, config.address.hosts, config.resolve)),
    timer_(io) {
  // nop
}

void cluster_watch::start() {
  link_.start(*this);
  tick();
}

void cluster_watch::stop() {
  is_over_ = true;
  timer_.cancel();
  link_.stop();
}

void cluster_watch::on_up() {
  is_due_ = true;
}

void cluster_watch::on_down(gap_clock::steady, std::string_view) {
  is_asking_ = false;
}

void cluster_watch::compose(std::string& out) {
  if (is_asking_ || !std::exchange(is_due_, false))
    return;
  is_asking_ = true;
  since_ = {};
  append_command(out, {"CLUSTER", "SLOTS"});
}

bool cluster_watch::idle() const {
  return !is_asking_;
}

// A node that knows no slots, or does not know the command, is of no use.
std::string_view cluster_watch::on_reply(resp_reply reply) {
  if (!std::exchange(is_asking_, false))
    return "an answer to no question";
  if (is_error(reply))
    return reply.front().text;
  auto map = slot_map::of_cluster(reply, link_.host());
  if (!map || map->servers().empty())
    return "the node knows no masters";
  if (*map != known_)
    doubts_ = 0;
  known_ = *map;
  on_map_(std::move(*map));
  return {};
}

void cluster_watch::on_read_end() {
  if (link_.status().is_up() && !is_asking_)
    link_.settled();
}

// Doubts of the last second are one question. A node that has lost the others
// says the same for ever.
void cluster_watch::tick() {
  if (is_over_)
    return;
  timer_.expires_after(pause);
  timer_.async_wait([this](boost::system::error_code ec) {
    if (!ec)
      tick();
  });
  since_ += pause;
  constexpr unsigned patience = 6;
  auto is_doubted = std::exchange(is_doubted_, false);
  if (is_doubted && ++doubts_ > patience) {
    doubts_ = 0;
    return link_.drop("another node of the cluster may know more");
  }
  if (!is_doubted && since_ < interval)
    return;
  is_due_ = true;
  link_.wake();
}

} // namespace atrium
