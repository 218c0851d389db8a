#pragma once

#include "atrium/broker/redis/redis_lease.hpp"
#include "atrium/broker/redis/redis_thread.hpp"

#include "support/redis_fixture.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <optional>
#include <string>
#include <vector>

namespace atrium::test {

/// A node that has a lease and nothing else, and writes down what it hears of
/// the lease. Also a node whose process is stopped: its thread then waits.
class lease_node : lease_user {
public:
  lease_node(const redis_server& server, std::string run,
             std::chrono::milliseconds lease = std::chrono::milliseconds{1'200},
             std::chrono::milliseconds told = std::chrono::seconds{2})
    : redis_(quick_config(server)),
      lease_(std::make_unique<redis_lease>(
        redis_.client(), redis_lease_config{channel_names{"dev:atrium"},
                                            std::move(run),
                                            {lease, std::chrono::milliseconds{50}, told}})) {
    lease_->add(*this);
  }

  ~lease_node() override {
    resume();
    stop({});
  }

  /// Its process is stopped, as far as Redis can tell.
  void pause() {
    resumed_.emplace();
    boost::asio::post(redis_.client().io(),
                      [wait = resumed_->get_future().share()] { wait.wait(); });
  }

  void resume() {
    if (auto resumed = std::exchange(resumed_, std::nullopt))
      resumed->set_value();
  }

  void stop(std::chrono::milliseconds patience = std::chrono::seconds{5}) {
    lease_->stop(patience);
  }

  redis_lease& lease() {
    return *lease_;
  }

  /// Returns whether the ids that it hears of, each once, become these.
  bool hears(const std::vector<std::string>& ids) const {
    return eventually([&] {
      std::lock_guard guard{mutex_};
      return ids_ == ids && !doubts_;
    });
  }

  /// Returns whether it comes to doubt, and has heard of these ids by then.
  bool doubts(const std::vector<std::string>& ids) const {
    return eventually([&] {
      std::lock_guard guard{mutex_};
      return ids_ == ids && doubts_;
    });
  }

private:
  void on_lease(const std::string& id) override {
    std::lock_guard guard{mutex_};
    doubts_ = false;
    if (ids_.empty() || ids_.back() != id)
      ids_.push_back(id);
  }

  void on_doubt() override {
    std::lock_guard guard{mutex_};
    doubts_ = true;
  }

  redis_thread redis_;
  std::unique_ptr<redis_lease> lease_;
  std::optional<std::promise<void>> resumed_;
  mutable std::mutex mutex_;
  std::vector<std::string> ids_;
  bool doubts_ = false;
};

} // namespace atrium::test
