#pragma once

#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"
#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace atrium::test {

/// Servers of Redis that share keys out among themselves, and links to them:
/// each step is one of many that may come next. A server keeps what commands
/// have done, by their numbers. What must not be throws.
///
/// A server that bounces the commands of a key does so until who sends them has
/// heard of it, and sends one at a time: it does not change its mind twice within
/// one pipeline.
class model_cluster : public cluster_links {
public:
  /// Where a key is, and whether its servers are willing.
  struct place {
    std::size_t owner = 0;
    std::size_t target = 0;   // other than the owner: it is on its way
    bool is_there = false;    // at the target
    bool tries_again = false; // the target says so
    bool is_down = false;     // CLUSTERDOWN

    bool operator==(const place&) const = default;
  };

  struct server {
    redis_dialog* dialog = nullptr; // null: no link is wanted
    std::size_t number = 0;
    bool is_up = false; // the link
    bool is_alive = true;
    bool hangs = false;
    bool is_loading = false;
    bool is_asked = false; // ASKING came last
    bool is_woken = false;
    std::set<std::string> scripts;
    struct command {
      std::vector<std::string> args;
      std::size_t bytes;
      bool is_old = false; // sent before its key was known to be bounced
    };
    std::deque<command> inbox;
    struct reply {
      std::string text;
      resp_type type;
      std::string key; // of a bounce
      std::size_t bytes;
    };
    std::deque<reply> replies;
    std::size_t in_flight = 0; // bytes
  };

  model_cluster(std::size_t count, std::vector<std::string> names, std::uint32_t seed)
    : servers(count), keys(std::move(names)), random(seed) {
    for (auto& key : keys)
      places[key].owner = places[key].target = pick(count);
    for (auto& key : keys)
      for (std::size_t i = 0; i < count; ++i)
        was_good[{key, i}] = {is_good(key, i, false), is_good(key, i, true)};
  }

  std::size_t pick(std::size_t count) {
    return random() % count;
  }

  static std::string host(std::size_t i) {
    return std::string(1, static_cast<char>('A' + i));
  }

  // -- the map ----------------------------------------------------------------

  slot_map map() const {
    std::vector<resp_node> nodes{{resp_type::array, static_cast<long long>(keys.size()), {}}};
    std::vector<std::string> hosts;
    for (std::size_t i = 0; i < servers.size(); ++i)
      hosts.push_back(host(i));
    for (auto& key : keys) {
      auto slot = static_cast<long long>(key_slot(key));
      nodes.push_back({resp_type::array, 3, {}});
      nodes.push_back({resp_type::integer, slot, {}});
      nodes.push_back({resp_type::integer, slot, {}});
      nodes.push_back({resp_type::array, 2, {}});
      nodes.push_back({resp_type::string, 0, hosts[places.at(key).owner]});
      nodes.push_back({resp_type::integer, 1, {}});
    }
    return slot_map::of_cluster(nodes, "").value();
  }

  /// Changes where a key is or how a server is, unless that would make a server
  /// good within one pipeline.
  template <class F>
  void change(F&& f) {
    auto old_places = places;
    std::vector<bool> old_loading;
    for (auto& x : servers)
      old_loading.push_back(x.is_loading);
    f();
    auto now = was_good;
    for (auto& [at, good] : now) {
      good = {is_good(at.first, at.second, false), is_good(at.first, at.second, true)};
      auto& before = was_good.at(at);
      auto turns_good = (good[0] && !before[0]) || (good[1] && !before[1]);
      if (!turns_good || !is_under_way(at.first, servers[at.second]))
        continue;
      places = old_places;
      for (std::size_t i = 0; i < servers.size(); ++i)
        servers[i].is_loading = old_loading[i];
      return;
    }
    for (auto& [at, good] : now)
      if (good != was_good.at(at) || old_loading[at.second] != servers[at.second].is_loading)
        heard[at] = false;
    was_good = std::move(now);
  }

  // -- steps ------------------------------------------------------------------

  /// Lets a server read what is to be written to it.
  void pump(server& x) {
    x.is_woken = false;
    if (!x.is_up)
      return;
    std::string out;
    x.dialog->compose(out);
    resp_reader reader;
    reader.feed(out, [&](resp_reply reply) {
      auto& command = x.inbox.emplace_back();
      command.bytes = 0;
      for (auto& node : reply.subspan(1)) {
        command.args.emplace_back(node.text);
        command.bytes += node.text.size();
      }
      if (command.args.front() != "SCRIPT")
        x.in_flight += command.bytes;
      return true;
    });
    if (x.in_flight > server_lane::window + 150'000)
      throw std::logic_error("the window of a server is not kept");
  }

  /// Lets it do what it has read first.
  void work(server& x) {
    if (x.inbox.empty() || x.hangs)
      return;
    auto command = std::move(x.inbox.front());
    x.inbox.pop_front();
    auto bytes = command.args.front() == "SCRIPT" ? 0 : command.bytes;
    auto answer = do_it(x, command.args);
    auto is_error = answer.starts_with('-');
    auto is_bounce = is_error && !answer.starts_with("-ERR") && !answer.starts_with("-NOSCRIPT");
    x.replies.push_back({is_error ? answer.substr(1) : answer,
                         is_error ? resp_type::error : resp_type::string,
                         is_bounce ? key_of(command.args) : "", bytes});
  }

  /// Lets some of its answers arrive.
  void deliver(server& x, std::size_t most) {
    if (!x.is_up || x.replies.empty() || x.hangs)
      return;
    for (; most > 0 && !x.replies.empty(); --most) {
      auto reply = std::move(x.replies.front());
      x.replies.pop_front();
      x.in_flight -= reply.bytes;
      hear(reply.key, x);
      resp_node node{reply.type, 0, reply.text};
      if (auto flaw = x.dialog->on_reply({&node, 1}); !flaw.empty())
        throw std::logic_error(std::string{flaw});
    }
    x.dialog->on_read_end();
    pump(x);
  }

  void connect(server& x) {
    if (x.dialog == nullptr || x.is_up || !x.is_alive || x.hangs)
      return;
    x.is_up = true;
    for (auto& key : keys) // nobody trusts it yet
      heard[{key, index(x)}] = x.is_loading;
    x.dialog->on_up();
    pump(x);
  }

  /// Cuts the link; the server does some of what it has read.
  void cut(server& x) {
    if (!x.is_up)
      return;
    disconnect(x);
    x.dialog->on_down({}, "reset");
  }

  // -- cluster_links ----------------------------------------------------------

  void open(std::size_t number, const cluster_server& where, redis_dialog& dialog) override {
    auto& x = servers.at(static_cast<std::size_t>(where.host.at(0) - 'A'));
    if (x.dialog != nullptr)
      throw std::logic_error("two links to one server");
    x.dialog = &dialog;
    x.number = number;
  }

  void close(std::size_t number) override {
    auto& x = at(number);
    disconnect(x);
    x.dialog = nullptr;
  }

  void wake(std::size_t number) override {
    auto& x = at(number);
    if (pick(2) == 0)
      pump(x);
    else
      x.is_woken = true; // it is writing
  }

  void ask_topology() override {
    is_asked = true;
  }

  void on_demoted(std::size_t, std::string_view, const dial_protocol::endpoint*) override {
    throw std::logic_error("nobody was demoted");
  }

  void on_proven(std::size_t) override {
    // nop
  }

  std::vector<server> servers;
  const std::vector<std::string> keys;
  std::map<std::string, place> places;
  std::map<std::string, std::vector<std::uint64_t>> effects; // of each key
  bool is_asked = false;
  std::minstd_rand random;

private:
  server& at(std::size_t number) {
    auto has_it = [=](auto& x) { return x.dialog != nullptr && x.number == number; };
    return *std::ranges::find_if(servers, has_it);
  }

  void disconnect(server& x) {
    if (!x.hangs)
      for (auto left = pick(x.inbox.size() + 1); left > 0; --left)
        work(x);
    x.inbox.clear();
    x.replies.clear();
    x.in_flight = 0;
    x.is_up = x.is_asked = x.is_woken = false;
  }

  std::string verdict(const std::string& key, std::size_t i, bool is_asked_for) const {
    auto& x = places.at(key);
    auto& me = servers[i];
    auto there = [&](auto word, auto who) {
      return word + std::to_string(key_slot(key)) + ' ' + host(who) + ":1";
    };
    if (me.is_loading)
      return "-LOADING the data";
    if (x.is_down)
      return "-CLUSTERDOWN the slot is not served";
    if (i == x.owner)
      return x.target != i && x.is_there ? there("-ASK ", x.target) : "";
    if (i == x.target && is_asked_for)
      return x.tries_again ? "-TRYAGAIN later" : "";
    return there("-MOVED ", x.owner);
  }

  bool is_good(const std::string& key, std::size_t i, bool is_asked_for) const {
    return verdict(key, i, is_asked_for).empty();
  }

  static std::string key_of(const std::vector<std::string>& args) {
    if (args[0] == "SET")
      return args[1];
    return args[0] == "EVALSHA" ? args[3] : "";
  }

  std::size_t index(const server& x) const {
    return static_cast<std::size_t>(&x - servers.data());
  }

  // From now on its commands come one at a time.
  void hear(const std::string& key, server& x) {
    if (key.empty() || std::exchange(heard[{key, index(x)}], true))
      return;
    for (auto& y : x.inbox)
      y.is_old = y.is_old || key_of(y.args) == key;
  }

  // Something of a pipeline is on its way whose beginning was bounced.
  bool is_under_way(const std::string& key, const server& x) {
    auto is_it = [&](auto& y) { return y.is_old && key_of(y.args) == key; };
    if (std::ranges::any_of(x.inbox, is_it))
      return true;
    return !heard[{key, index(x)}]
           && std::ranges::find(x.replies, key, &server::reply::key) != x.replies.end();
  }

  std::string do_it(server& x, const std::vector<std::string>& args) {
    auto is_asked_for = std::exchange(x.is_asked, args[0] == "ASKING");
    if (args[0] == "ASKING")
      return "OK";
    if (args[0] == "SCRIPT") {
      if (x.is_loading)
        return "-LOADING the data";
      x.scripts.insert(args[2]);
      return args[2];
    }
    auto is_script = args[0] == "EVALSHA";
    auto key = key_of(args);
    auto says = verdict(key, index(x), is_asked_for);
    if (!says.empty())
      return says;
    if (is_script && !x.scripts.contains(args[1]))
      return "-NOSCRIPT none";
    if (pick(50) == 0)
      return "-ERR no";
    effects[key].push_back(std::stoull(args[is_script ? 4 : 2]));
    return args[is_script ? 4 : 2];
  }

  using at_server = std::pair<std::string, std::size_t>; // a key

  std::map<at_server, std::array<bool, 2>> was_good; // without ASKING, and with
  std::map<at_server, bool> heard;                   // that it is bad
};

} // namespace atrium::test
