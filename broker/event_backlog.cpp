#include "atrium/broker/event_backlog.hpp"

#include "atrium/broker/event_text.hpp"
#include "atrium/broker/log/log.hpp"

#include <utility>

namespace atrium {

namespace {

using kind = backend_event::kind;

std::size_t size_of(const backend_event& x) {
  return sizeof(x) + x.user.size() + x.connection.size() + x.room.size()
         + x.id.size();
}

bool is_departure(kind x) {
  return x == kind::disconnected || x == kind::left;
}

} // namespace

// A departure whose arrival was dropped has been counted with it.
bool event_backlog::report(backend_event x) {
  std::lock_guard guard{mutex_};
  if (is_departure(x.what)) {
    if (there_.erase(event_subject(x)) == 0)
      return false;
  } else if (bytes_ + taken_ + beyond_() + size_of(x) > max_bytes_) {
    return drop();
  } else if (x.what != kind::dead_letter) {
    there_.insert(event_subject(x));
  }
  bytes_ += size_of(x);
  waiting_.push_back(std::move(x));
  return true;
}

bool event_backlog::drop() {
  constexpr std::chrono::minutes between{1};
  ++dropped_;
  auto now = clock::now();
  if (told_ == clock::time_point{} || now - told_ >= between) {
    told_ = now;
    log::warn("events_dropped", {{"dropped", dropped_}},
              "node drops events for the back end: too many wait "
              "(--events-max-bytes)");
  }
  return false;
}

std::vector<backend_event> event_backlog::take(std::size_t most,
                                               std::size_t most_bytes) {
  std::lock_guard guard{mutex_};
  std::vector<backend_event> result;
  std::size_t taken = 0;
  while (!waiting_.empty() && result.size() < most) {
    auto size = size_of(waiting_.front());
    if (!result.empty() && taken + size > most_bytes)
      break;
    taken += size;
    result.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  bytes_ -= taken;
  taken_ += taken;
  return result;
}

void event_backlog::resize(std::size_t max_bytes) {
  std::lock_guard guard{mutex_};
  max_bytes_ = max_bytes;
}

void event_backlog::release() {
  std::lock_guard guard{mutex_};
  taken_ = 0;
}

bool event_backlog::is_empty() const {
  std::lock_guard guard{mutex_};
  return waiting_.empty();
}

void event_backlog::count(event_sink_stats& to) const {
  std::lock_guard guard{mutex_};
  to.waiting += waiting_.size();
  to.bytes += bytes_;
  to.dropped += dropped_;
}

} // namespace atrium
