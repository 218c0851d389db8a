#pragma once

#include "atrium/broker/redis/cluster/cluster_pipeline.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace atrium::test {

/// The answer to `CLUSTER SLOTS` of a cluster whose slots are shared out in this
/// order, in equal ranges, to hosts of these names.
class slots_reply {
public:
  explicit slots_reply(std::vector<std::string> hosts) : hosts_(std::move(hosts)) {
    auto count = static_cast<long long>(hosts_.size());
    nodes_.push_back({resp_type::array, count, {}});
    for (long long i = 0; i < count; ++i) {
      nodes_.push_back({resp_type::array, 3, {}});
      nodes_.push_back({resp_type::integer, i * 16'384 / count, {}});
      nodes_.push_back({resp_type::integer, (i + 1) * 16'384 / count - 1, {}});
      nodes_.push_back({resp_type::array, 3, {}});
      nodes_.push_back({resp_type::string, 0, hosts_[static_cast<std::size_t>(i)]});
      nodes_.push_back({resp_type::integer, 6379, {}});
      nodes_.push_back({resp_type::string, 0, "id"});
    }
  }

  slots_reply(const slots_reply&) = delete;
  slots_reply& operator=(const slots_reply&) = delete;

  slot_map map() const {
    return slot_map::of_cluster(nodes_, "asked").value();
  }

private:
  std::vector<std::string> hosts_;
  std::vector<resp_node> nodes_;
};

/// Splits composed bytes into commands, their arguments joined by spaces.
inline std::vector<std::string> commands_in(std::string_view bytes) {
  std::vector<std::string> result;
  resp_reader reader;
  reader.feed(bytes, [&](resp_reply reply) {
    auto& line = result.emplace_back();
    for (auto& node : reply.subspan(1))
      line += (line.empty() ? "" : " ") + std::string{node.text.substr(0, 100)};
    return true;
  });
  return result;
}

/// Says what it is told to say, and keeps what it hears: of answers, the number
/// of the command and the text.
class key_caller : public redis_caller {
public:
  void say(std::string text) {
    waiting.push_back(std::move(text));
  }

  void on_up() override {
    heard.emplace_back("up");
  }
  void on_lost() override {
    heard.emplace_back("lost");
  }
  void on_script(std::string_view sha) override {
    heard.push_back("script " + std::string{sha});
  }
  void on_script_refused(std::string_view error) override {
    heard.push_back("refused " + std::string{error});
  }
  void compose(std::string& out, std::size_t limit) override {
    for (; !waiting.empty() && out.size() < limit; waiting.pop_front()) {
      auto& text = waiting.front();
      std::vector<std::string> words;
      for (std::size_t at = 0; at <= text.size();) {
        auto end = std::min(text.find(' ', at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end + 1;
      }
      append_command_head(out, words.size() + (bytes > 0 ? 1 : 0));
      for (auto& x : words)
        append_argument(out, x);
      if (bytes > 0)
        append_argument(out, std::string(bytes, 'x'));
      said.push_back(text);
    }
  }
  std::size_t unanswered() const override {
    return said.size();
  }
  std::string_view on_reply(resp_reply reply) override {
    return on_reply_to(0, reply);
  }
  std::string_view on_reply_to(std::size_t which, resp_reply reply) override {
    auto text = reply.front().text;
    auto i = said.begin() + static_cast<std::ptrdiff_t>(which);
    if (which >= said.size() || text == "nonsense")
      return "nonsense";
    heard.push_back(*i + ": " + std::string{text.substr(0, text.find(' '))});
    said.erase(i);
    return {};
  }
  void on_read_end() override {
    ++read_ends;
  }

  std::deque<std::string> waiting;
  std::deque<std::string> said; // without an answer
  std::vector<std::string> heard;
  std::size_t bytes = 0; // that are added to each command
  int read_ends = 0;
};

/// Links that do nothing by themselves.
struct silent_links : cluster_links {
  void open(std::size_t number, const cluster_server& where, redis_dialog& dialog) override {
    dialogs[where.host] = &dialog;
    hosts[number] = where.host;
  }
  void close(std::size_t number) override {
    closed.push_back(hosts.at(number));
    dialogs.erase(hosts.at(number));
    hosts.erase(number);
  }
  void wake(std::size_t number) override {
    woken.push_back(hosts.at(number));
  }
  void ask_topology() override {
    ++questions;
  }
  void on_demoted(std::size_t number, std::string_view, const dial_protocol::endpoint*) override {
    demoted.push_back(hosts.at(number));
  }
  void on_proven(std::size_t number) override {
    proven.push_back(hosts.at(number));
  }

  std::map<std::string, redis_dialog*> dialogs;
  std::map<std::size_t, std::string> hosts;
  std::vector<std::string> closed, woken, demoted, proven;
  int questions = 0;
};

/// A pipeline to the servers "one" (slots up to 8191) and "two", both up.
struct hub_fixture {
  using lines = std::vector<std::string>;

  explicit hub_fixture(bool is_up = true) {
    subject.set_map(slots_reply{{"one", "two"}}.map());
    if (is_up)
      for (auto host : {"one", "two"})
        at(host).on_up();
  }

  redis_dialog& at(const std::string& host) {
    return *links.dialogs.at(host);
  }

  /// Returns what that server is told next.
  lines written(const std::string& host) {
    std::string out;
    at(host).compose(out);
    return commands_in(out);
  }

  std::string answer(const std::string& host, std::string_view text,
                     resp_type type = resp_type::string) {
    resp_node node{type, 0, text};
    std::string flaw{at(host).on_reply({&node, 1})};
    at(host).on_read_end();
    return flaw;
  }

  std::string refuse(const std::string& host, std::string_view text) {
    return answer(host, text, resp_type::error);
  }

  /// Each server serves a command of `bob`, who has been added: it gets several
  /// of a slot at once from now on.
  void trust() {
    for (auto [host, key] : {std::pair{"one", "b"}, {"two", "a"}}) {
      bob.say(std::string{"SET "} + key);
      for (auto left = written(host).size(); left > 0; --left)
        answer(host, "OK");
    }
    for (auto* x : {&ann, &bob})
      news(*x);
    links.woken.clear();
  }

  void pass(std::chrono::milliseconds time) {
    now += time;
    subject.tick();
  }

  /// Returns what a caller has heard since the last time.
  static lines news(key_caller& x) {
    return std::exchange(x.heard, {});
  }

  std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
  lines log;
  silent_links links;
  key_caller ann; // takes answers in order
  key_caller bob; // takes them in any order
  cluster_pipeline subject{[this](const log::record& x) { log.push_back(log::to_text(x)); }, links,
                           [this] { return now; }};
};

} // namespace atrium::test
