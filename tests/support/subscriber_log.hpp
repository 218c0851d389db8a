#pragma once

#include "atrium/broker/bus.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace atrium::test {

/// Waits until `done()` holds; returns false if that takes too long.
template <class F>
bool eventually(F&& done, std::chrono::seconds limit = std::chrono::seconds{20}) {
  auto deadline = std::chrono::steady_clock::now() + limit;
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

/// Writes down all that a bus tells a subscriber. Any thread may ask.
class subscriber_log final : public subscriber {
public:
  using gap = std::pair<unix_time, unix_time>;

  void on_subscribed() override {
    std::lock_guard guard{mutex_};
    ++subscribed_;
  }

  void on_messages(std::vector<shared_bytes> batch) override {
    std::lock_guard guard{mutex_};
    batches_ += 1;
    for (auto& message : batch)
      messages_.push_back(*message);
  }

  void on_gap(unix_time from, unix_time to) override {
    std::lock_guard guard{mutex_};
    gaps_.emplace_back(from, to);
  }

  void on_refused(const std::string& reason) override {
    std::lock_guard guard{mutex_};
    refusals_.push_back(reason);
  }

  /// Returns how often `on_subscribed` was called.
  int subscribed() const {
    std::lock_guard guard{mutex_};
    return subscribed_;
  }

  int batches() const {
    std::lock_guard guard{mutex_};
    return batches_;
  }

  std::vector<std::string> messages() const {
    std::lock_guard guard{mutex_};
    return messages_;
  }

  std::vector<gap> gaps() const {
    std::lock_guard guard{mutex_};
    return gaps_;
  }

  std::vector<std::string> refusals() const {
    std::lock_guard guard{mutex_};
    return refusals_;
  }

private:
  mutable std::mutex mutex_;
  int subscribed_ = 0;
  int batches_ = 0;
  std::vector<std::string> messages_;
  std::vector<gap> gaps_;
  std::vector<std::string> refusals_;
};

/// A probe with its subscription.
struct bus_member {
  std::shared_ptr<subscriber_log> probe = std::make_shared<subscriber_log>();
  bus::subscription subscription;

  bus_member(bus& on, std::string channel) : subscription(on.subscribe(std::move(channel), probe)) {
    // nop
  }

  /// Waits for the acknowledgement.
  bool is_subscribed() const {
    return eventually([this] { return probe->subscribed() == 1; });
  }

  /// Waits until as many messages are there and compares them.
  bool receives(const std::vector<std::string>& expected) const {
    auto count = [this] { return probe->messages().size(); };
    return eventually([&] { return count() >= expected.size(); }) && probe->messages() == expected;
  }
};

/// Counts receipts. Any thread may ask; receipts may outlive it.
class receipt_probe {
public:
  /// Returns a receipt for one publish.
  bus::receipt_handler make() {
    return [counts = counts_, number = made_++](const publish_receipt& x) {
      std::lock_guard guard{counts->mutex};
      ++counts->by_code[x.error];
      ++counts->by_number[number];
      counts->positions += x.at ? 1 : 0;
    };
  }

  /// Returns how many receipts said `code`.
  std::size_t count(errc code) const {
    std::lock_guard guard{counts_->mutex};
    auto i = counts_->by_code.find(code);
    return i == counts_->by_code.end() ? 0 : i->second;
  }

  /// Returns how many receipts named a position.
  std::size_t positions() const {
    std::lock_guard guard{counts_->mutex};
    return counts_->positions;
  }

  /// Returns whether each receipt was told, and told once.
  bool all_once() const {
    std::lock_guard guard{counts_->mutex};
    for (auto& [number, count] : counts_->by_number)
      if (count != 1)
        return false;
    return counts_->by_number.size() == made_;
  }

private:
  struct counters {
    std::mutex mutex;
    std::map<errc, std::size_t> by_code;
    std::map<std::size_t, int> by_number;
    std::size_t positions = 0;
  };

  std::shared_ptr<counters> counts_ = std::make_shared<counters>();
  std::size_t made_ = 0;
};

/// Returns `text` as a payload.
inline shared_bytes bytes(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

} // namespace atrium::test
