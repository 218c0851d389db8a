#include "atrium/broker/memory/memory_event_sink.hpp"

#include "atrium/broker/event_backlog.hpp"
#include "atrium/broker/event_text.hpp"
#include "atrium/broker/util/handoff.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <unordered_map>
#include <utility>

namespace atrium {

class memory_event_sink::impl {
public:
  impl(boost::asio::io_context& io, std::shared_ptr<event_receiver> to,
       std::string node, std::size_t max_bytes)
    : io_(io),
      to_(std::move(to)),
      node_(std::move(node)),
      backlog_(max_bytes, [this] { return to_->bytes(); }),
      wake_(io, [this] { pump(); }) {
    to_->on_room([this] { wake(); });
  }

  void report(backend_event&& x) {
    wake_.leave([&](int& news) {
      ++news;
      return backlog_.report(std::move(x));
    });
  }

  void resize(std::size_t max_bytes) {
    backlog_.resize(max_bytes);
  }

  void stop(std::chrono::milliseconds patience) {
    if (stopped_.exchange(true))
      return;
    auto deadline = std::chrono::steady_clock::now() + patience;
    boost::asio::post(io_, [this] {
      stopping_ = true;
      pump();
    });
    emptied_.get_future().wait_until(deadline);
    to_->on_room(nullptr);
    wake_.close();
    run_on(io_, [] {}); // what was posted before has ended then
    auto left = deadline - std::chrono::steady_clock::now();
    to_->stop(std::max(std::chrono::floor<std::chrono::milliseconds>(left),
                       std::chrono::milliseconds{0}));
  }

  event_sink_stats stats() const {
    auto result = to_->stats();
    backlog_.count(result);
    return result;
  }

private:
  static constexpr std::size_t max_batch = 100;
  static constexpr std::size_t max_batch_bytes = std::size_t{64} << 10;

  void wake() {
    wake_.leave([](int& news) {
      ++news;
      return true;
    });
  }

  void pump() {
    wake_.take();
    while (to_->has_room()) {
      auto batch = backlog_.take(max_batch, max_batch_bytes);
      if (batch.empty())
        break;
      std::vector<std::string> texts;
      for (auto& x : batch)
        tell(x, texts);
      to_->take(std::move(texts));
      backlog_.release();
    }
    if (stopping_ && backlog_.is_empty() && !std::exchange(is_emptied_, true))
      emptied_.set_value();
  }

  void tell(const backend_event& x, std::vector<std::string>& texts) {
    using kind = backend_event::kind;
    texts.push_back(numbered(++n_, event_text(x, node_)));
    auto add = [&](std::string_view type) {
      texts.push_back(numbered(++n_, room_event_text(type, x, node_)));
    };
    if (x.what == kind::joined && ++members_[x.room] == 1)
      add("room_occupied");
    auto i = x.what == kind::left ? members_.find(x.room) : members_.end();
    if (i == members_.end() || --i->second != 0)
      return;
    members_.erase(i);
    add("room_vacated");
  }

  boost::asio::io_context& io_;
  const std::shared_ptr<event_receiver> to_;
  const std::string node_;
  event_backlog backlog_;
  handoff<int> wake_;
  std::atomic<bool> stopped_ = false; // by any thread
  std::promise<void> emptied_;

  // Of the thread of the context:
  std::unordered_map<std::string, std::size_t> members_; // of rooms
  std::uint64_t n_ = 0;
  bool stopping_ = false;
  bool is_emptied_ = false;
};

memory_event_sink::memory_event_sink(boost::asio::io_context& io,
                                     std::shared_ptr<event_receiver> to,
                                     std::string node, std::size_t max_bytes)
  : impl_(
    std::make_unique<impl>(io, std::move(to), std::move(node), max_bytes)) {
  // nop
}

memory_event_sink::~memory_event_sink() {
  impl_->stop({});
}

void memory_event_sink::report(backend_event x) {
  impl_->report(std::move(x));
}

void memory_event_sink::resize(std::size_t max_bytes) {
  impl_->resize(max_bytes);
}

void memory_event_sink::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

event_sink_stats memory_event_sink::stats() const {
  return impl_->stats();
}

} // namespace atrium
