#pragma once

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/packet_header.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// A history that keeps what it is given, as one channel whatever their names, and answers when
/// the test says so.
class scripted_log final : public history_log {
public:
  struct kept {
    std::string channel;
    log_entry what;
  };

  struct question {
    std::string channel;
    history_query what;
    page_handler done;
  };

  /// `deliver` gets the packet that subscribers of the channel would get.
  explicit scripted_log(std::function<void(const std::string&, shared_bytes)> deliver)
    : deliver_(std::move(deliver)) {
    page.top.epoch = "e1";
  }

  void append(std::string channel, log_entry what,
              std::function<void(publish_receipt)> done) override {
    if (refusal != errc::none)
      return done({refusal});
    ++page.top.offset;
    auto& [epoch, offset] = page.top;
    auto packet = with_position(*what.packet, {epoch, offset, offset - 1});
    appended.push_back({channel, std::move(what)});
    done({errc::none, page.top});
    deliver_(channel, std::make_shared<const std::string>(std::move(packet)));
  }

  void read(std::string channel, history_query what, page_handler done) override {
    asked.push_back({std::move(channel), std::move(what), std::move(done)});
    if (!holds)
      answer();
  }

  void remove(std::string channel, std::function<void(errc)> done) override {
    removed.push_back(std::move(channel));
    done(refusal);
  }

  history_stats stats() const override {
    return counters;
  }

  /// Answers the latest question.
  void answer() {
    asked.back().done(page);
  }

  /// Adds a message to what it answers.
  void add(const std::string& room, const std::string& data) {
    envelope x;
    x.event_id = "e" + std::to_string(++page.top.offset);
    x.to = scope::room;
    x.target = room;
    x.data = data;
    page.messages.push_back({page.top.offset, page.top.offset - 1,
                             std::make_shared<const std::string>(encode_packet(x, false, "run"))});
  }

  errc refusal = errc::none; // of what is to be kept
  bool holds = false;        // what is asked, until the test answers
  history_page page;
  history_stats counters;
  std::vector<kept> appended;
  std::vector<question> asked;
  std::vector<std::string> removed;

private:
  std::function<void(const std::string&, shared_bytes)> deliver_;
};

} // namespace atrium::test
