#include "atrium/net/events/webhook_queue.hpp"

#include "atrium/broker/json/json_writer.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace atrium {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds first_pause = 250ms;
constexpr std::chrono::milliseconds longest_pause = 30s;
constexpr std::chrono::seconds longest_wait = 5min;

bool is_passing(unsigned status) {
  return status == 0 || status == 429 || status >= 500;
}

} // namespace

webhook_queue::webhook_queue(std::string node, std::string run,
                             backoff::random_source random)
  : node_(std::move(node)),
    run_(std::move(run)),
    pauses_(first_pause, longest_pause, std::move(random)) {
  counts_.connected = true; // until a batch is not taken
}

void webhook_queue::add(std::vector<std::string> events,
                        clock::time_point now) {
  if (waiting_.empty())
    since_ = now;
  for (auto& x : events) {
    bytes_ += x.size();
    waiting_.push_back(std::move(x));
  }
}

std::optional<webhook_queue::clock::time_point> webhook_queue::due() const {
  if (is_under_way_)
    return std::nullopt;
  if (current_)
    return not_before_;
  if (waiting_.empty())
    return std::nullopt;
  auto is_full = waiting_.size() >= max_batch || bytes_ >= max_batch_bytes;
  return is_full || hurries_ ? since_ : since_ + linger;
}

const webhook_queue::batch* webhook_queue::next(clock::time_point now) {
  auto when = due();
  if (!when || *when > now)
    return nullptr;
  if (current_)
    ++counts_.repeated;
  else
    fill();
  since_ = now;
  is_under_way_ = true;
  return &*current_;
}

void webhook_queue::fill() {
  std::vector<std::string> events;
  std::size_t size = 0;
  while (!waiting_.empty() && events.size() < max_batch) {
    auto& x = waiting_.front();
    if (!events.empty() && size + x.size() > max_batch_bytes)
      break;
    size += x.size();
    events.push_back(std::move(x));
    waiting_.pop_front();
  }
  bytes_ -= size;
  events_ = events.size();
  current_ = batch{run_ + '-' + std::to_string(++number_), {}};
  json_writer out{current_->body};
  out.open_object().text("node", node_).key("events").open_array();
  for (auto& x : events)
    out.raw(x);
  out.close_array().close_object();
}

webhook_queue::verdict webhook_queue::on_answer(unsigned status,
                                                std::chrono::seconds wait,
                                                clock::time_point now) {
  is_under_way_ = false;
  counts_.connected = !is_passing(status);
  if (is_passing(status)) {
    std::chrono::milliseconds asked = std::min(wait, longest_wait);
    not_before_ = now + std::max(pauses_.next(), asked);
    return verdict::later;
  }
  auto is_taken = status >= 200 && status < 300;
  (is_taken ? counts_.delivered : counts_.refused) += events_;
  current_.reset();
  events_ = 0;
  pauses_.reset();
  return is_taken ? verdict::taken : verdict::refused;
}

event_sink_stats webhook_queue::stats() const {
  auto result = counts_;
  result.waiting = waiting_.size() + events_;
  result.bytes = bytes_ + (current_ ? current_->body.size() : 0);
  return result;
}

std::chrono::seconds read_retry_after(const std::string& text) {
  std::uint32_t result = 0;
  auto* end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, result);
  if (at != end || text.empty() || error == std::errc::invalid_argument)
    return {};
  if (error != std::errc{})
    return longest_wait;
  return std::min(std::chrono::seconds{result}, longest_wait);
}

} // namespace atrium
