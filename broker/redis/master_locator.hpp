#pragma once

#include "atrium/broker/redis/redis_locator.hpp"
#include "atrium/broker/redis/sentinel_watch.hpp"
#include "atrium/broker/tcp/name_lookup.hpp"

#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>

namespace atrium {

/// Finds the master that sentinels name, whom it asks each time.
class master_locator final : public redis_locator {
public:
  /// The watch has to outlive it.
  master_locator(boost::asio::io_context& io, sentinel_watch& watch,
                 name_lookup::resolver resolve);

  void find(handler done) override;
  void forget() noexcept override;

  std::string what() const override {
    return watch_.what();
  }

private:
  void look_up(const redis_host& master);

  boost::asio::io_context& io_;
  sentinel_watch& watch_;
  const name_lookup::resolver resolve_;
  // Of one host: sentinels name addresses, unless they are told to name hosts.
  std::unique_ptr<name_lookup> lookup_;
  redis_host host_;
  std::shared_ptr<handler> done_; // null: nobody asks
};

} // namespace atrium
