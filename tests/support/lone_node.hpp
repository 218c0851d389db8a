#pragma once

#include "atrium/net/node/node.hpp"

#include "support/plain_client.hpp"
#include "support/redis_server.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <pthread.h>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// What one of many, one after the other, costs the lane that is watched.
struct costs {
  double writes;
  double waits;  ///< Calls of `epoll_wait`.
  double rearms; ///< Calls of `epoll_ctl`, also to wake another lane.
  double wakes;  ///< Of other threads, or waits for them.
  double allocations;
};

/// Does something often and returns what each time has cost; writes are those of
/// all threads of the node.
costs costs_of(const std::function<void()>& once);

/// Returns the name of a thread of this process.
std::string thread_name(pthread_t thread);

/// A node with a Redis of its own, of one lane, which is watched, if nothing else is
/// said: what wakes no other thread happens on the lane. Throws std::runtime_error
/// where something does not come as it should.
class lone_node {
public:
  explicit lone_node(std::size_t lanes = 1);

  lone_node(const lone_node&) = delete;
  lone_node& operator=(const lone_node&) = delete;

  ~lone_node();

  std::uint16_t port() const {
    return node_.address().port;
  }

  /// Counts what this lane does from now on.
  void watch(std::size_t lane);

  /// Adds members to the only room until there are so many, all on this lane.
  void fill_room(std::size_t size, std::size_t lane = 0);

  /// What a publish in the room costs, with answer and all messages.
  costs of_a_publish();

  /// Sends a request and waits for its answer, which contains `answer`.
  static void ask(plain_client& from, std::string_view request, std::string_view answer);

  /// Sends a frame that gives the sender both an answer and a message.
  static void send_once(plain_client& from, const std::string& frame);

private:
  plain_client connect(std::size_t lane, const std::string& user);

  redis_server redis_;
  node node_;
  std::map<std::size_t, pthread_t> lanes_; // those that have been seen
  std::vector<plain_client> members_;
};

} // namespace atrium::test
