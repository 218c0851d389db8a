#include "atrium/actors/channel_feed.hpp"

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/log.hpp"

#include <caf/send.hpp>

#include <optional>

namespace atrium {

namespace {

// The end of a feed on the bus's thread: does nothing but put messages into the
// actor's mailbox, never more than the gate has places for.
class mailbox_subscriber final : public subscriber {
public:
  mailbox_subscriber(listener_actor to, const environment& env,
                     channel_feed::bound queue)
    : to_(std::move(to)),
      queue_(std::move(queue)),
      env_(env.shared_from_this()) {
    // nop
  }

  void on_subscribed() override {
    caf::anon_send(to_, subscribed{});
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    auto n = batch.size();
    if (!queue_.queue->try_enter(n)) {
      env_->counters->room_queue_drops += n;
      if (!dropping_since_)
        dropping_since_ = env_->now();
      return;
    }
    if (auto from = std::exchange(dropping_since_, std::nullopt))
      caf::anon_send(to_, interrupted{*from, env_->now()});
    auto& all = env_->backlogs;
    std::shared_ptr<backlog> sum{all, &(*all.*queue_.sum)};
    caf::anon_send(to_, packets{std::move(batch),
                                gate_ticket{queue_.queue, n, std::move(sum)}});
  }

  void on_gap(unix_time from, unix_time to) override {
    caf::anon_send(to_, interrupted{from, to});
  }

  void on_refused(const std::string& reason) override {
    caf::anon_send(to_, channel_refused{reason});
  }

private:
  listener_actor to_;
  channel_feed::bound queue_;
  environment_ptr env_;
  std::optional<unix_time> dropping_since_;
};

// A client's connection says where it is; what has none says it in the header.
origin origin_of(const packet& x, const environment& env) {
  auto& from = x.content.from;
  auto named = from && !from->connection.empty();
  return {x.content.time,
          place_of(env, named ? std::string_view{from->connection} : x.origin)};
}

} // namespace

void channel_feed::open(const environment& env, const std::string& channel,
                        listener_actor to, bound queue) {
  held_ = env.bus->subscribe(channel, std::make_shared<mailbox_subscriber>(
                                        std::move(to), env, std::move(queue)));
}

std::vector<incoming> channel_feed::decode(const packets& in,
                                           const environment& env) {
  std::vector<incoming> result;
  result.reserve(in.batch.size());
  for (auto& bytes : in.batch)
    add(bytes, env, result);
  return result;
}

void channel_feed::add(const shared_bytes& bytes, const environment& env,
                       std::vector<incoming>& out) {
  auto decoded = decode_packet(*bytes);
  if (auto* error = std::get_if<packet_error>(&decoded)) {
    auto unknown = *error == packet_error::unknown_version;
    ++(unknown ? env.counters->unknown_versions
               : env.counters->malformed_packets);
    ++malformed_;
    log::debug("packet_dropped",
               {{"error", unknown ? "unknown version" : "malformed"}},
               "feed drops a packet");
    return;
  }
  auto& x = std::get<packet>(decoded);
  incoming result{
    frame::text(x.json), {}, origin_of(x, env), env.traced.note(x.content)};
  if (x.skip_sender && x.content.from)
    result.skip = std::move(x.content.from->connection);
  out.push_back(std::move(result));
  ++decoded_;
}

} // namespace atrium
