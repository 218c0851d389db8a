#pragma once

#include "atrium/broker/redis/cluster/cluster_listener.hpp"
#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"
#include "atrium/broker/redis/cluster/cluster_watch.hpp"
#include "atrium/broker/redis/redis_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// A client of many servers, among which keys are shared out by their slots:
/// the masters of a Redis Cluster, or servers that know nothing of each other.
/// Each has two links. One that is down takes only its slots with it.
class cluster_client final : public redis_client, private cluster_links {
public:
  cluster_client(boost::asio::io_context& io, redis_client_config config,
                 turn* turns);

  /// Sharded in a cluster: there PUBLISH costs each of its nodes as much.
  std::string_view publish_command() const noexcept override {
    return watch_ ? "SPUBLISH" : "PUBLISH";
  }

  redis_client_state state() const override;
  void start() override;
  void stop() override;
  void add(redis_caller& who, const redis_caller::profile& what) override;
  void remove(redis_caller& who) override;
  void wake() override;
  std::string_view incarnation(std::string_view key) const noexcept override;
  std::unique_ptr<channel_listener> listen(gap_clock clock) override;

private:
  struct member {
    redis_client_config config;
    std::unique_ptr<server_links> links;
    bool is_current = false; // it has slots
    std::chrono::steady_clock::time_point used;
  };

  member& member_at(const cluster_server& where);
  redis_client_config config_of(const cluster_server& where) const;
  std::string write_key_of(const cluster_server& where) const;
  void set_map(slot_map map);
  void forget_unused();
  void schedule();
  void tick();

  void open(std::size_t number, const cluster_server& where,
            redis_dialog& dialog) override;
  void close(std::size_t number) override;
  void wake(std::size_t number) override;
  void on_waiting() override {
    schedule();
  }
  void ask_topology() override;
  void on_demoted(std::size_t number, std::string_view reason,
                  const dial_protocol::endpoint* where) override;
  void on_proven(std::size_t number) override;

  const redis_client_config config_;
  std::map<std::string, redis_address> independent_; // by name
  std::unique_ptr<cluster_watch> watch_;             // null: it is no cluster
  slot_map map_;
  mutable std::mutex mutex_; // guards the list of members, for `state`
  std::uint64_t past_reconnects_ = 0;
  std::map<std::string, member> members_; // by name
  std::vector<member*> numbered_;
  cluster_pipeline pipeline_{log(), *this};
  cluster_listener* listener_ = nullptr; // null: nobody listens
  boost::asio::steady_timer next_; // when the pipeline has something to do
  boost::asio::steady_timer seconds_;
  unsigned second_ = 0; // in turns
  bool is_scheduled_ = false;
  bool is_over_ = false;
};

} // namespace atrium
