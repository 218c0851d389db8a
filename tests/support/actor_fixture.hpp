#pragma once

#include "atrium/actors/cluster/connection_commands.hpp"
#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/delivery/lane.hpp"
#include "atrium/actors/directory/directory.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/actors/session/connection.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/memory/memory_bus.hpp"
#include "atrium/net/lane/asio_unit.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>
// dsl.hpp uses FAIL without defining it
#define FAIL(msg) CAF_FAIL(msg)
#include "caf/test/dsl.hpp"

namespace atrium::test {

/// Writes down what a client would see.
class recording_session final : public client_session {
public:
  std::size_t append(delivery& x) override {
    seen.emplace_back(x.what().json());
    policies.push_back(x.policy());
    return going ? 0 : x.what().size();
  }
  void open(const welcome& hello) override {
    connection = hello.connection;
    device = hello.device;
    seen.push_back("welcome " + hello.user);
  }
  void answer(const reply& x) override {
    ++answered;
    if (auto* taken = std::get_if<accepted>(&x)) {
      kept_at = taken->at;
      inbox_id = taken->inbox_id;
    }
    push(x);
  }
  void push(const reply& x) override {
    if (auto* missed = std::get_if<gap>(&x))
      last_gap = *missed;
    if (auto* in = std::get_if<joined>(&x))
      last_joined = *in;
    if (auto* told = std::get_if<stored_messages>(&x))
      last_history = *told;
    if (auto* told = std::get_if<present_list>(&x))
      last_presence = *told;
    seen.push_back(std::visit([](auto& y) { return text(y); }, x));
  }
  void last_until(unix_time end) override {
    expires = end;
  }
  void find_out(probe_ptr question) override {
    if (silent)
      questions.push_back(std::move(question));
    else
      question->answer(true);
  }
  std::size_t queued_bytes() const override {
    return waiting;
  }
  void close(close_code code, std::string_view, std::chrono::milliseconds after) override {
    hint = after;
    seen.push_back("close " + std::to_string(static_cast<int>(code)));
  }

  /// Returns what was seen since the last call.
  std::vector<std::string> take() {
    return std::exchange(seen, {});
  }

  /// Returns how often `part` occurs in what was seen.
  std::size_t count(std::string_view part) const {
    auto has = [&](auto& x) { return x.find(part) != std::string::npos; };
    return static_cast<std::size_t>(std::ranges::count_if(seen, has));
  }

  std::string connection;
  std::string device;
  bool going = false;  // takes nothing more
  bool silent = false; // does not say that it is there
  std::vector<probe_ptr> questions;
  std::chrono::milliseconds hint{0}; // when to come again
  unix_time expires = never;
  std::size_t answered = 0;
  std::size_t waiting = 0; // bytes, for what asks
  std::optional<joined> last_joined;
  std::optional<gap> last_gap;
  std::optional<position> kept_at; // of the last accepted message
  std::string inbox_id;            // likewise
  std::optional<stored_messages> last_history;
  std::optional<present_list> last_presence;
  std::vector<std::string> seen;
  std::vector<outbox_policy> policies; // of messages

private:
  static std::string text(const welcome& x) {
    return "welcome " + x.user;
  }
  static std::string text(const joined& x) {
    return "joined " + x.room;
  }
  static std::string text(const left& x) {
    return "left " + x.room;
  }
  static std::string text(const accepted& x) {
    return "accepted " + x.id;
  }
  static std::string text(const atrium::answered& x) {
    return "answered " + x.id + ' ' + x.data;
  }
  static std::string text(const acked& x) {
    return "acked " + x.id;
  }
  static std::string text(const pong&) {
    return "pong";
  }
  static std::string text(const refreshed& x) {
    return "refreshed " + x.id;
  }
  static std::string text(const failure& x) {
    return "error " + std::string{to_string(x.code)};
  }
  static std::string text(const gap& x) {
    return "gap " + x.room;
  }
  static std::string text(const present_list& x) {
    return "presence " + x.room;
  }
  static std::string text(const stored_messages& x) {
    return "history " + x.room;
  }
};

/// A bus that answers when the test says so; otherwise the one in memory.
class scripted_bus final : public bus {
public:
  subscription subscribe(std::string channel, std::shared_ptr<subscriber> who) override {
    subscribed.emplace_back(channel, who);
    auto end = [this, key = who.get()] {
      std::erase_if(subscribed, [&](auto& x) { return x.second.get() == key; });
    };
    if (answers)
      who->on_subscribed();
    return subscription{end};
  }
  void publish(std::string channel, shared_bytes payload, receipt_handler done) override {
    if (holds)
      held.push_back(std::move(done));
    else
      done(result);
    if (result.error == errc::none)
      deliver(channel, payload);
  }
  void deliver(const std::string& channel, const shared_bytes& payload) {
    for (auto& [name, who] : subscribed)
      if (name == channel)
        who->on_messages({payload});
  }
  history_log* history() override {
    return log;
  }
  void ping(std::function<void()> answer) override {
    answer();
  }
  void confirm(std::string, std::function<void()> carried) override {
    doubts.push_back(std::move(carried));
    if (carries)
      settle_doubts();
  }
  void stop() override {
    // nop
  }
  bus_stats stats() const override {
    return {};
  }

  /// Answers all subscriptions that wait for it.
  void acknowledge() {
    for (auto& [name, who] : subscribed)
      who->on_subscribed();
  }

  /// Shows that it carries whatever somebody has asked about.
  void settle_doubts() {
    for (auto& carried : std::exchange(doubts, {}))
      carried();
  }

  std::size_t count(std::string_view channel) const {
    return static_cast<std::size_t>(
      std::ranges::count_if(subscribed, [&](auto& x) { return x.first == channel; }));
  }

  bool answers = true;
  bool carries = true;
  bool holds = false; // what it says of a message, until the test does so
  std::vector<receipt_handler> held;
  std::vector<std::function<void()>> doubts;
  publish_receipt result;
  history_log* log = nullptr; // the test's, if it has one
  std::vector<std::pair<std::string, std::shared_ptr<subscriber>>> subscribed;
};

struct client {
  connection_actor actor;
  std::shared_ptr<recording_session> out;
};

/// A node without sockets on CAF's deterministic scheduler: two lanes, a
/// directory, a bus that does what the test wants, and a clock that stands still.
///
/// With the variable `TEST_ON_LANES` set, everything that lives on lanes does so, with a
/// real unit: both lanes are the thread of the test.
struct node_fixture : test_coordinator_fixture<> {
  explicit node_fixture(room_types rooms = {}) {
    env = std::make_shared<environment>();
    env->node_id = "n1";
    env->run_id = "run";
    env->bus = wire = std::make_shared<scripted_bus>();
    env->control = std::make_shared<connection_commands>(env);
    env->rooms = std::make_shared<const room_types>(std::move(rooms));
    env->now = [this] { return now; };
    if (is_on_lanes())
      unit = std::make_unique<asio_unit>(sys, io, [] { return false; });
    if (unit)
      unit->enter_thread();
    for (int i = 0; i < 2; ++i) {
      auto queue = std::make_shared<semaphore>(env->limits->lane_queue);
      auto meter = std::make_shared<lane_meter>([this] { return now; });
      env->lanes.push_back({sys.spawn<class lane>(lane_or_none(), queue, env->lanes.size(), meter),
                            queue, meter, lane_or_none()});
    }
    root = sys.spawn<directory>(env);
    settle();
  }

  // Whatever a test leaves behind ends here: the base class would wait for it.
  ~node_fixture() override {
    for (auto& x : clients)
      caf::anon_send(x.actor, disconnected{});
    caf::anon_send(root, stop_atom{});
    settle();
    for (auto& x : env->lanes)
      caf::anon_send_exit(x.actor, caf::exit_reason::user_shutdown);
    settle();
  }

  static bool is_on_lanes() {
    return std::getenv("TEST_ON_LANES") != nullptr;
  }

  lane_unit* lane_or_none() {
    return unit.get();
  }

  /// Lets everything happen that can.
  void settle() {
    do {
      sched.run();
      io.restart();
    } while (io.poll() != 0 || sched.has_job());
  }

  /// Connects `user`, who may do everything, on the lane with this index.
  client connect(const std::string& user, std::size_t on_lane = 0) {
    return connect(identity{user, rights::everything()}, on_lane);
  }

  client connect(identity who, std::size_t on_lane = 0, std::string device = {}) {
    client result;
    result.out = std::make_shared<recording_session>();
    connection_setup setup{env, root, result.out, on_lane, std::move(who)};
    result.actor = sys.spawn<connection>(lane_or_none(), std::move(setup), std::move(device));
    clients.push_back(result);
    settle();
    return result;
  }

  /// Connects a device of `user`.
  client connect_device(const std::string& user, const std::string& device) {
    return connect(identity{user, rights::everything()}, 0, device);
  }

  /// Sends a request and lets everything happen that follows from it.
  void request(const client& from, client_request x) {
    caf::anon_send(from.actor, from_client{std::move(x)});
    settle();
  }

  void join(const client& who, const std::string& room) {
    request(who, join_request{"1", room});
  }

  void leave(const client& who, const std::string& room) {
    request(who, leave_request{"2", room});
  }

  void publish(const client& who, const std::string& room, const std::string& data) {
    request(who, publish_request{"3", room, data, {}, {}, true});
  }

  void disconnect(const client& who) {
    caf::anon_send(who.actor, disconnected{});
    settle();
  }

  /// Returns the first of the directory's children that are asked for.
  template <class Question>
  observable_actor child_of_root(Question what) {
    observable_actor result;
    auto asked = self->request(root, caf::infinite, std::move(what));
    settle();
    asked.receive([&](children& x) { result = x.page.at(0).actor; },
                  [](caf::error&) { CAF_FAIL("the directory does not answer"); });
    return result;
  }

  std::string room_channel(std::string_view room) const {
    return env->names.room(room);
  }

  boost::asio::io_context io{1};
  std::unique_ptr<asio_unit> unit; // none: everything is on the scheduler
  unix_time now{std::chrono::milliseconds{1'000'000}};
  std::shared_ptr<environment> env;
  std::shared_ptr<scripted_bus> wire;
  directory_actor root;
  std::vector<client> clients;
};

using lines = std::vector<std::string>;

} // namespace atrium::test
