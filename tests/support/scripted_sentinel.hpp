#pragma once

#include "atrium/broker/redis/redis_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// A sentinel on a port of 127.0.0.1 that says what a test wants. For the thread of its
/// context.
class scripted_sentinel {
public:
  enum class mood {
    answers,
    knows_nothing, ///< It has not heard of any master.
    is_silent,     ///< It answers no questions.
  };

  explicit scripted_sentinel(boost::asio::io_context& io);

  scripted_sentinel(const scripted_sentinel&) = delete;
  scripted_sentinel& operator=(const scripted_sentinel&) = delete;

  ~scripted_sentinel();

  redis_host host() const;

  mood how = mood::answers;
  redis_host master{"127.0.0.1", 1};
  std::uint64_t epoch = 1;

  /// Has another master from now on, in the next epoch, and tells nobody.
  void move(std::uint16_t port) {
    master.port = port;
    ++epoch;
  }

  /// Tells those who listen that a master has moved within 127.0.0.1.
  void announce(std::uint16_t from, std::uint16_t to, std::string_view name = "main");

  /// Closes the connections of those who listen.
  void cut_listeners();

  /// Is not there any more.
  void close();

  std::size_t questions() const noexcept {
    return questions_;
  }

  std::size_t listeners() const noexcept;

  /// All that was said to it, a command a line.
  const std::string& heard() const noexcept {
    return heard_;
  }

private:
  struct session;

  void accept();
  std::string reply_to(session& who, const std::vector<std::string>& words);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::tcp::endpoint at_;
  std::vector<std::shared_ptr<session>> sessions_;
  std::size_t questions_ = 0;
  std::string heard_;
};

} // namespace atrium::test
