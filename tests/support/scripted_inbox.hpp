#pragma once

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/packet_header.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// An inbox that keeps what it is given for good, of all users together, and answers when the test
/// says so. Ids are `1-0`, `2-0`, …
class scripted_inbox final : public inbox {
public:
  struct question {
    inbox_query what;
    std::function<void(inbox_page)> done;
  };

  /// `deliver` gets the packet that subscribers of the user's channel would get.
  explicit scripted_inbox(std::function<void(const std::string&, shared_bytes)> deliver)
    : deliver_(std::move(deliver)) {
    // nop
  }

  void put(std::string user, inbox_entry what, std::function<void(inbox_receipt)> done) override {
    if (refusal != errc::none)
      return done({refusal, {}});
    auto known = ids.find(what.event_id);
    if (what.is_chosen && known != ids.end())
      return done({errc::none, known->second});
    auto id = std::to_string(++top) + "-0";
    auto packet = std::make_shared<const std::string>(
      with_inbox(*what.packet, {id, std::to_string(top - 1) + "-0"}));
    ids.emplace(what.event_id, id);
    kept.push_back({id, packet});
    if (!loses)
      deliver_(user, packet);
    done({errc::none, id});
  }

  void read(inbox_query what, std::function<void(inbox_page)> done) override {
    asked.push_back({std::move(what), std::move(done)});
    if (!holds)
      answer_oldest();
  }

  void acknowledge(std::string, std::string device, std::string id,
                   std::function<void(errc)> done) override {
    if (refusal == errc::none)
      cursors[device] = std::stoul(id);
    done(refusal);
  }

  void list(dead_letter_query, std::function<void(dead_letter_page)> done) override {
    done({});
  }

  void replay(std::string, std::string, std::function<void(dead_letter_outcome)> done) override {
    done({});
  }

  void purge(std::string, std::string, std::function<void(dead_letter_outcome)> done) override {
    done({});
  }

  void change(const inbox_rule&) override {
    // nop
  }

  void on_dead_letter(std::function<void(const dead_letter&)>) override {
    // nop
  }

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  inbox_stats stats() const override {
    return {};
  }

  /// Keeps a message whose data is its number, as one that came while nobody was there.
  void keep(const std::string& user, std::size_t bytes = 0) {
    envelope x;
    x.event_id = "e" + std::to_string(top + 1);
    x.to = scope::user;
    x.target = user;
    x.data = '"' + std::to_string(top + 1) + std::string(bytes, '.') + '"';
    auto packet = std::make_shared<const std::string>(encode_packet(x, false, "run"));
    auto lost = std::exchange(loses, true);
    put(user, {packet, x.event_id}, [](const inbox_receipt&) {});
    loses = lost;
  }

  /// Answers the question that has waited for longest.
  void answer_oldest() {
    auto& oldest = asked.at(answered++);
    auto page
      = read_error == errc::none ? page_of(oldest.what) : inbox_page{read_error, {}, false, {}};
    // Moved: what is asked next may move the list.
    std::exchange(oldest.done, nullptr)(std::move(page));
  }

  errc refusal = errc::none;    // of messages and acknowledgements
  errc read_error = errc::none; // of questions
  bool holds = false;           // what is asked, until the test answers
  bool loses = false;           // what it should publish
  std::size_t most = 3;         // messages of a page
  std::size_t top = 0;
  std::vector<inbox_message> kept;
  std::map<std::string, std::size_t> cursors; // by device
  std::map<std::string, std::string> ids;     // by event id
  std::vector<question> asked;
  std::size_t answered = 0;

private:
  inbox_page page_of(const inbox_query& x) {
    inbox_page result;
    result.top = std::to_string(top) + "-0";
    auto after = x.after.empty() ? cursors[x.device] : std::stoul(x.after);
    std::size_t bytes = 0;
    for (auto& one : kept) {
      if (std::stoul(one.id) <= after)
        continue;
      bytes += one.packet->size();
      auto has_some = !result.messages.empty();
      result.has_more = result.messages.size() == most || (has_some && bytes > x.max_bytes);
      if (result.has_more)
        break;
      result.messages.push_back(one);
    }
    return result;
  }

  std::function<void(const std::string&, shared_bytes)> deliver_;
};

} // namespace atrium::test
