#pragma once

#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/redis_locator.hpp"
#include "atrium/broker/tcp/name_lookup.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace atrium {

/// Finds a server by the name of its host. Of several hosts it takes the next
/// one each time: whoever asks again was not content.
class host_locator final : public redis_locator {
public:
  host_locator(boost::asio::io_context& io, std::vector<redis_host> hosts,
               const name_lookup::resolver& resolve);

  void find(handler done) override;
  void forget() noexcept override;
  std::string what() const override;

private:
  struct entry {
    redis_host host;
    std::unique_ptr<name_lookup> lookup; // of one name each
  };

  std::vector<entry> hosts_;
  std::size_t next_ = 0;
  std::size_t current_ = 0;
};

/// Finds a unix socket, which is where its path says.
class path_locator final : public redis_locator {
public:
  path_locator(boost::asio::io_context& io, std::string path)
    : io_(io), path_(std::move(path)) {
    // nop
  }

  void find(handler done) override;
  void forget() noexcept override {
    done_.reset();
  }
  std::string what() const override {
    return path_;
  }

private:
  boost::asio::io_context& io_;
  const std::string path_;
  std::shared_ptr<handler> done_; // null: nobody asks
};

} // namespace atrium
