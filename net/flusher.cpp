#include "atrium/net/flusher.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace atrium {

void flusher::schedule() {
  scheduled_ = true;
  if (clock::now() >= due_) {
    boost::asio::post(io_, [this] { flush(); });
    return;
  }
  timer_.expires_at(due_);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error)
      flush();
  });
}

void flusher::flush() {
  scheduled_ = false;
  auto start = clock::now();
  // What is marked from here on belongs to the next round.
  decltype(marked_) now;
  now.swap(marked_);
  while (!now.empty()) {
    auto& x = now.front();
    now.pop_front();
    x.flush();
  }
  auto end = clock::now();
  due_ = end + std::min<clock::duration>(window_, end - start);
}

} // namespace atrium
