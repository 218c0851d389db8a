#include "atrium/net/flusher.hpp"

#include <boost/asio/post.hpp>

namespace atrium {

void flusher::schedule() {
  scheduled_ = true;
  auto due = last_ + window_;
  if (clock::now() >= due) {
    boost::asio::post(io_, [this] { flush(); });
    return;
  }
  timer_.expires_at(due);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error)
      flush();
  });
}

void flusher::flush() {
  scheduled_ = false;
  last_ = clock::now();
  // What is marked from here on belongs to the next round.
  decltype(marked_) now;
  now.swap(marked_);
  while (!now.empty()) {
    auto& x = now.front();
    now.pop_front();
    x.flush();
  }
}

} // namespace atrium
