#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/room_owners.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// What the links of one node do to what goes over them.
struct node_links {
  /// Whether a packet to or from this node is lost; nothing: none is.
  std::function<bool(const std::string& channel, const std::string& packet)> loses_sent;
  std::function<bool(const std::string& channel, const std::string& packet)> loses_heard;

  bool is_cut = false; ///< From all others, and from those who know owners.
  std::vector<std::weak_ptr<subscriber>> subscribers; ///< They hear when it is mended.
  bool is_mute = false;   ///< What it wants of owners is done, and it hears `unknown`.
  bool is_paused = false; ///< That waits, in `held`.
  std::vector<std::function<void()>> held;

  /// A defect: fields of the state that begin with one of these letters are not saved.
  std::string forgets;

  /// The node is not cut off any more; a bus says what that means for its subscribers.
  void mend(unix_time now) {
    if (!std::exchange(is_cut, false))
      return;
    for (auto& x : subscribers)
      if (auto who = x.lock())
        who->on_gap(now, now);
  }

  /// What waits is done, in its order.
  void go_on() {
    is_paused = false;
    for (auto& call : std::exchange(held, {}))
      call();
  }
};

/// The bus of one node, over one that all have.
class cuttable_bus final : public bus {
public:
  cuttable_bus(std::shared_ptr<bus> below, std::shared_ptr<node_links> links)
    : below_(std::move(below)), links_(std::move(links)) {
    // nop
  }

  subscription subscribe(std::string channel, std::shared_ptr<subscriber> who) override {
    auto name = channel;
    links_->subscribers.push_back(who);
    return below_->subscribe(std::move(channel),
                             std::make_shared<filter>(std::move(name), std::move(who), links_));
  }

  void publish(std::string channel, shared_bytes payload, receipt_handler done) override {
    auto& loses = links_->loses_sent;
    if (links_->is_cut)
      return done({errc::bus_unavailable});
    if (loses && loses(channel, *payload))
      return done({errc::none});
    below_->publish(std::move(channel), std::move(payload), std::move(done));
  }

  history_log* history() override {
    return below_->history();
  }

  void ping(std::function<void()> answer) override {
    answer();
  }

  void stop() override {
    // nop
  }

  bus_stats stats() const override {
    return below_->stats();
  }

private:
  class filter final : public subscriber {
  public:
    filter(std::string channel, std::shared_ptr<subscriber> to, std::shared_ptr<node_links> links)
      : channel_(std::move(channel)), to_(std::move(to)), links_(std::move(links)) {
      // nop
    }

    void on_subscribed() override {
      to_->on_subscribed();
    }

    void on_messages(std::vector<shared_bytes> batch) override {
      auto& loses = links_->loses_heard;
      std::erase_if(batch,
                    [&](auto& x) { return links_->is_cut || (loses && loses(channel_, *x)); });
      if (!batch.empty())
        to_->on_messages(std::move(batch));
    }

    void on_gap(unix_time from, unix_time to) override {
      to_->on_gap(from, to);
    }

    void on_refused(const std::string& reason) override {
      to_->on_refused(reason);
    }

  private:
    std::string channel_;
    std::shared_ptr<subscriber> to_;
    std::shared_ptr<node_links> links_;
  };

  std::shared_ptr<bus> below_;
  std::shared_ptr<node_links> links_;
};

/// The way of one node to those who know owners.
class cuttable_owners final : public room_owners {
public:
  cuttable_owners(std::shared_ptr<room_owners> below, std::shared_ptr<node_links> links)
    : below_(std::move(below)), links_(std::move(links)) {
    // nop
  }

  void find(std::string room, std::vector<std::string> candidates,
            std::function<void(found_owner)> done) override {
    call<found_owner>(
      [this, room, candidates](auto heard) { below_->find(room, candidates, heard); },
      found_owner{errc::bus_unavailable}, std::move(done));
  }

  void release(std::string room, std::uint64_t token, std::function<void(fencing)> done) override {
    call<fencing>([this, room, token](auto heard) { below_->release(room, token, heard); },
                  fencing::unknown, std::move(done));
  }

  void open(std::string room, std::uint64_t token, std::chrono::seconds ttl,
            std::function<void(room_opening)> done) override {
    call<room_opening>(
      [this, room, token, ttl](auto heard) { below_->open(room, token, ttl, heard); },
      room_opening{}, std::move(done));
  }

  void say(std::string room, std::uint64_t token, room_word what,
           std::function<void(fencing)> done) override {
    std::erase_if(what.changes, [this](auto& x) {
      return links_->forgets.find(x.name.front()) != std::string::npos;
    });
    call<fencing>([this, room, token, what](auto heard) { below_->say(room, token, what, heard); },
                  fencing::unknown, std::move(done));
  }

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  room_owners_stats stats() const override {
    return below_->stats();
  }

private:
  template <class T>
  void call(std::function<void(std::function<void(T)>)> what, T none, std::function<void(T)> done) {
    if (links_->is_paused) {
      links_->held.push_back([this, what, none, done] { call<T>(what, none, done); });
      return;
    }
    if (links_->is_cut)
      return done(std::move(none));
    if (!links_->is_mute)
      return what(std::move(done));
    what([](T) {});
    done(std::move(none));
  }

  std::shared_ptr<room_owners> below_;
  std::shared_ptr<node_links> links_;
};

} // namespace atrium::test
