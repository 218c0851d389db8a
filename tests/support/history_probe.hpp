#pragma once

#include "atrium/broker/bus.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/packet_header.hpp"

#include "support/subscriber_log.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atrium::test {

/// Returns a packet as nodes make them.
inline std::string packet_of(const std::string& id, const std::string& data = "1") {
  return R"(0:{"type":"message","v":1,"event_id":")" + id + R"(","scope":"room","room":"x","ts":1,)"
         + R"("data":)" + data + '}';
}

inline constexpr history_rule hundred{100, std::chrono::seconds{600}};

/// Returns a message whose id a node has made.
inline log_entry entry(const std::string& id, history_rule rule = hundred) {
  return {bytes(packet_of(id)), rule, id, false};
}

/// Returns one whose id its publisher has chosen.
inline log_entry chosen(const std::string& id, history_rule rule = hundred) {
  return {bytes(packet_of(id)), rule, id, true};
}

/// An answer that may come after the test has given up.
template <class T>
class awaited {
public:
  std::function<void(T)> handler() {
    return [to = promise_](T x) { to->set_value(std::move(x)); };
  }

  T get() {
    auto answer = promise_->get_future();
    if (answer.wait_for(std::chrono::seconds{20}) == std::future_status::ready)
      return answer.get();
    T nothing;
    nothing.error = errc::internal;
    return nothing;
  }

private:
  std::shared_ptr<std::promise<T>> promise_ = std::make_shared<std::promise<T>>();
};

/// Keeps a message and waits for the receipt.
inline publish_receipt keep(bus& on, const std::string& channel, log_entry what) {
  awaited<publish_receipt> receipt;
  on.history()->append(channel, std::move(what), receipt.handler());
  return receipt.get();
}

/// Removes what is kept, and waits for the outcome.
inline errc remove_all(bus& on, const std::string& channel) {
  awaited<history_page> outcome;
  on.history()->remove(channel, [done = outcome.handler()](errc error) {
    history_page page;
    page.error = error;
    done(std::move(page));
  });
  return outcome.get().error;
}

/// Keeps as many messages as there are ids. Returns the epoch if all went well.
inline std::string keep_all(bus& on, const std::string& channel,
                            const std::vector<std::string>& ids, history_rule rule = hundred) {
  std::string epoch;
  for (auto& id : ids) {
    auto receipt = keep(on, channel, entry(id, rule));
    if (receipt.error != errc::none || !receipt.at)
      return {};
    epoch = receipt.at->epoch;
  }
  return epoch;
}

/// Asks the log and waits for the answer.
inline history_page ask(bus& on, const std::string& channel, history_query what) {
  awaited<history_page> page;
  on.history()->read(channel, std::move(what), page.handler());
  return page.get();
}

/// Returns a question for what comes after `from`.
inline history_query since(const std::string& epoch, std::uint64_t offset,
                           std::size_t limit = 1000) {
  history_query result;
  result.rule = hundred;
  result.from = position{epoch, offset};
  result.limit = limit;
  return result;
}

/// Returns one for the position only.
inline history_query where_it_is() {
  history_query result;
  result.rule = hundred;
  return result;
}

/// Returns the offsets of what is on a page.
inline std::vector<std::uint64_t> offsets(const history_page& x) {
  std::vector<std::uint64_t> result;
  for (auto& message : x.messages)
    result.push_back(message.offset);
  return result;
}

/// Returns what the header of a pushed message says; an offset of 0 if nothing.
inline packet_position place_of(const std::string& pushed) {
  auto header = read_header(std::string_view{pushed}.substr(0, pushed.find(':')));
  return header && header->at ? *header->at : packet_position{};
}

/// Returns whether what was pushed is without a hole, in order, once.
inline bool is_gapless(const std::vector<std::string>& pushed) {
  std::uint64_t last = 0;
  for (auto& x : pushed) {
    auto at = place_of(x);
    if (at.offset == 0 || (last != 0 && at.previous != last))
      return false;
    last = at.offset;
  }
  return true;
}

} // namespace atrium::test
