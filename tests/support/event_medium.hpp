#pragma once

#include "atrium/broker/event_receiver.hpp"
#include "atrium/broker/memory/memory_event_sink.hpp"
#include "atrium/broker/redis/redis_event_sink.hpp"
#include "atrium/broker/redis/redis_lease.hpp"

#include "support/node_medium.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace atrium::test {

/// Returns what an event is about: its type, user, connection, room, code and
/// whether a dead node was the cause.
inline std::string gist(const std::string& text) {
  auto x = nlohmann::json::parse(text);
  std::string result = x.at("type");
  for (auto* key : {"user", "connection", "room", "code", "id", "node_lost"})
    if (auto i = x.find(key); i != x.end())
      result += ' ' + (i->is_string() ? i->get<std::string>() : i->dump());
  return result;
}

inline std::string last(const std::vector<std::string>& x) {
  return x.empty() ? std::string{} : x.back();
}

/// A back end that takes everything, unless it is told not to.
class event_ear final : public event_receiver {
public:
  bool has_room() const override {
    std::lock_guard guard{mutex_};
    return is_open_;
  }

  std::size_t bytes() const override {
    return 0;
  }

  void take(std::vector<std::string> events) override {
    std::lock_guard guard{mutex_};
    for (auto& x : events)
      texts_.push_back(std::move(x));
  }

  void on_room(std::function<void()> heard) override {
    std::lock_guard guard{mutex_};
    heard_ = std::move(heard);
  }

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  event_sink_stats stats() const override {
    std::lock_guard guard{mutex_};
    event_sink_stats result;
    result.connected = true;
    result.delivered = texts_.size();
    return result;
  }

  void open(bool yes) {
    std::lock_guard guard{mutex_};
    is_open_ = yes;
    if (yes && heard_)
      heard_();
  }

  std::vector<std::string> texts() const {
    std::lock_guard guard{mutex_};
    return texts_;
  }

private:
  mutable std::mutex mutex_;
  bool is_open_ = true;
  std::function<void()> heard_;
  std::vector<std::string> texts_;
};

/// What sinks share: each that it makes stands for one node, called as the run.
class event_medium {
public:
  virtual ~event_medium() = default;

  virtual std::unique_ptr<event_sink> make_sink(const std::string& run,
                                                std::size_t max_bytes = std::size_t{1} << 20)
    = 0;

  /// Returns all events so far, oldest first, as JSON.
  virtual std::vector<std::string> texts() const = 0;

  /// Returns the gist of the events as soon as there are so many, or when it has
  /// waited for long enough.
  std::vector<std::string> hears(std::size_t n) const {
    eventually([&] { return texts().size() >= n; });
    std::vector<std::string> result;
    for (auto& x : texts())
      result.push_back(gist(x));
    return result;
  }
};

/// One process without Redis.
class memory_event_medium final : public event_medium {
public:
  std::unique_ptr<event_sink> make_sink(const std::string& run, std::size_t max_bytes) override {
    return std::make_unique<memory_event_sink>(thread_.io, ear, run, max_bytes);
  }

  std::vector<std::string> texts() const override {
    return ear->texts();
  }

  const std::shared_ptr<event_ear> ear = std::make_shared<event_ear>();

private:
  io_thread thread_;
};

/// A node with a lease and a sink, and nothing else.
class redis_event_node final : public event_sink {
public:
  redis_event_node(redis_client_config config, channel_names names, const std::string& run,
                   std::shared_ptr<event_receiver> to, std::size_t max_bytes,
                   std::chrono::milliseconds lease_time = std::chrono::milliseconds{600})
    : thread(std::move(config)),
      lease(thread.client(),
            {names, run, {lease_time, std::chrono::milliseconds{50}, std::chrono::seconds{2}}}) {
    event_queue_config queue{names, run, run, {}};
    if (!to)
      queue.stream_length = 10'000;
    subject.emplace(thread.client(), lease,
                    redis_event_sink_config{std::move(queue), max_bytes, std::move(to)});
  }

  ~redis_event_node() override {
    stop({});
  }

  void report(backend_event x) override {
    subject->report(std::move(x));
  }

  void resize(std::size_t max_bytes) override {
    subject->resize(max_bytes);
  }

  void stop(std::chrono::milliseconds patience) override {
    subject->stop(patience);
    lease.stop(patience);
  }

  event_sink_stats stats() const override {
    return subject->stats();
  }

  redis_thread thread;
  redis_lease lease;
  std::optional<redis_event_sink> subject;
};

/// A Redis, with a stream or with a back end that is told.
template <class Redis>
class event_medium_on final : public event_medium {
public:
  template <class... Ts>
  explicit event_medium_on(bool has_stream, Ts&&... xs)
    : server(std::forward<Ts>(xs)...), ear(has_stream ? nullptr : std::make_shared<event_ear>()) {
    // nop
  }

  std::unique_ptr<event_sink> make_sink(const std::string& run, std::size_t max_bytes) override {
    return make_node(run, max_bytes);
  }

  std::unique_ptr<redis_event_node> make_node(const std::string& run,
                                              std::size_t max_bytes = std::size_t{1} << 20) {
    return std::make_unique<redis_event_node>(quick_config(server), channel_names{"n"}, run, ear,
                                              max_bytes);
  }

  std::vector<std::string> texts() const override {
    return ear ? ear->texts() : stream("{n}:events");
  }

  std::vector<std::string> stream(std::string_view key) const {
    std::vector<std::string> result;
    for (auto& x : server.command({"XRANGE", key, "-", "+"}))
      if (x.starts_with('{'))
        result.push_back(x);
    return result;
  }

  Redis server;
  const std::shared_ptr<event_ear> ear; // null: there is a stream
};

/// A server of its own, which keeps what it has after a crash if the test wants.
using redis_event_medium = event_medium_on<redis_server>;

/// Runs a rule of the contract over every kind of sink. Each gets a fresh
/// medium.
template <class F>
void on_every_sink(F&& rule) {
  if (is_chosen("memory")) {
    std::puts("on memory");
    memory_event_medium memory;
    rule(memory);
  }
  for (auto has_stream : {true, false})
    on_every_redis([&](const shared_redis& on) {
      std::puts(has_stream ? "with a stream" : "without a stream");
      event_medium_on<const shared_redis&> redis{has_stream, on};
      rule(redis);
    });
}

// What happens to a connection.

inline backend_event event(backend_event::kind what, const std::string& user,
                           const std::string& connection, const std::string& room = {},
                           std::uint16_t code = 0) {
  return {what, unix_time{std::chrono::milliseconds{1'700'000'000'000}}, user, connection, room,
          code};
}

inline backend_event comes(const std::string& user, const std::string& connection) {
  return event(backend_event::kind::connected, user, connection);
}

inline backend_event goes(const std::string& user, const std::string& connection,
                          std::uint16_t code = 1000) {
  return event(backend_event::kind::disconnected, user, connection, {}, code);
}

inline backend_event joins(const std::string& user, const std::string& connection,
                           const std::string& room) {
  return event(backend_event::kind::joined, user, connection, room);
}

inline backend_event leaves(const std::string& user, const std::string& connection,
                            const std::string& room) {
  return event(backend_event::kind::left, user, connection, room);
}

} // namespace atrium::test
