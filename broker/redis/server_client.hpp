#pragma once

#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/redis_pipeline.hpp"
#include "atrium/broker/redis/server_links.hpp"

#include <memory>
#include <string_view>

namespace atrium {

/// A client of one Redis, which may be behind sentinels. Nothing is ever sent
/// twice.
class server_client final : public redis_client {
public:
  server_client(boost::asio::io_context& io, const redis_client_config& config,
                turn* turns);

  std::string_view publish_command() const noexcept override {
    return "PUBLISH";
  }

  redis_client_state state() const override {
    return links_.state();
  }

  void start() override;

  void stop() override {
    links_.stop();
  }

  void add(redis_caller& who, const redis_caller::profile& what) override;

  void remove(redis_caller& who) override {
    pipeline_.remove(who);
  }

  void wake() override {
    links_.commands().wake();
  }

  std::string_view incarnation(std::string_view) const noexcept override {
    return links_.commands().incarnation();
  }

  std::unique_ptr<channel_listener> listen(gap_clock clock) override;

private:
  redis_pipeline pipeline_;
  server_links links_;
};

} // namespace atrium
