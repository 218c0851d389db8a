#include "atrium/net/admission/pending_connections.hpp"

#include <algorithm>

namespace atrium {

void pending_connections::place::on_eviction(std::function<void()> close) {
  std::lock_guard guard{all_->mutex_};
  close_ = std::move(close);
  // The listener's thread may have given the place away between `enter` and
  // this call on the lane.
  if (is_gone_ && close_)
    close_();
}

void pending_connections::place::idle() {
  std::lock_guard guard{all_->mutex_};
  hook::unlink();
  // One that is evicted already stays out of the list, or its place would be
  // given away twice.
  if (!is_gone_)
    all_->idle_.push_back(*this);
}

void pending_connections::place::busy() {
  std::lock_guard guard{all_->mutex_};
  hook::unlink();
}

auto pending_connections::enter(const boost::asio::ip::address& from,
                                bool is_shared) -> std::shared_ptr<place> {
  auto prefix = address_table::prefix_of(from);
  // Before the mutex, which its destructor takes when it is not let in; and
  // what may throw for want of memory comes before anything is counted.
  auto result = std::make_shared<place>(shared_from_this(), prefix, !is_shared);
  std::lock_guard guard{mutex_};
  auto share = shares_.find(prefix);
  auto has_share = is_shared || share == shares_.end()
                   || share->second < most_.places_of_one;
  // The share is checked first: an address that has used it up must take one of
  // its own places, never one of another address.
  if (!has_share && !evict_oldest(&prefix))
    return nullptr;
  if (!has_room() && !evict_oldest(nullptr))
    return nullptr;
  if (!is_shared)
    ++shares_[prefix];
  ++size_;
  result->is_gone_ = false;
  idle_.push_back(*result);
  return result;
}

void pending_connections::change_places(std::size_t all, std::size_t of_one) {
  std::lock_guard guard{mutex_};
  most_.places = all;
  most_.places_of_one = of_one;
}

bool pending_connections::is_full() const {
  std::lock_guard guard{mutex_};
  return !has_room() && idle_.empty();
}

std::size_t pending_connections::size() const {
  std::lock_guard guard{mutex_};
  return size_;
}

std::uint64_t pending_connections::evictions() const {
  std::lock_guard guard{mutex_};
  return evictions_;
}

bool pending_connections::has_room() const {
  // Under the mutex, so `others` must not wait; it reads an atomic.
  return size_ < most_.places && size_ + most_.others() < most_.sockets;
}

// Of this address, or of all.
bool pending_connections::evict_oldest(const std::uint64_t* of) {
  auto oldest = std::ranges::find_if(idle_, [of](const place& x) {
    return of == nullptr || (x.is_counted_ && x.prefix_ == *of);
  });
  if (oldest == idle_.end())
    return false;
  // It cannot die meanwhile: its destructor waits for the mutex in `leave`.
  auto& x = *oldest;
  x.hook::unlink();
  forget(x);
  ++evictions_;
  // Posts to the lane of the connection. The descriptor is free a moment later
  // than the place; the reserve in `file_budget` covers the difference.
  if (x.close_)
    x.close_();
  return true;
}

void pending_connections::forget(place& x) {
  x.is_gone_ = true;
  --size_;
  if (!x.is_counted_)
    return;
  auto share = shares_.find(x.prefix_);
  if (--share->second == 0)
    shares_.erase(share);
}

void pending_connections::leave(place& x) {
  std::lock_guard guard{mutex_};
  x.hook::unlink();
  if (!x.is_gone_)
    forget(x);
}

} // namespace atrium
