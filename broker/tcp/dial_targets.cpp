#include "atrium/broker/tcp/dial_targets.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace atrium {

dial_targets
tcp_endpoints(const std::vector<boost::asio::ip::tcp::endpoint>& found) {
  dial_targets first;
  dial_targets second;
  // Within a family the order is that of the resolver (RFC 6724).
  for (auto& x : found)
    (x.protocol() == found.front().protocol() ? first : second).emplace_back(x);
  dial_targets out;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i)
    for (auto* all : {&first, &second})
      if (i < all->size())
        out.push_back((*all)[i]);
  return out;
}

void target_order::failed(const dial_protocol::endpoint& x) {
  // A bound for names that have other addresses with each answer.
  constexpr std::size_t most = 16;
  std::erase(failed_, x);
  if (failed_.size() == most)
    failed_.erase(failed_.begin());
  failed_.push_back(x);
}

dial_targets target_order::sorted(dial_targets targets) const {
  auto rank = [this](auto& x) {
    auto i = std::ranges::find(failed_, x);
    return i == failed_.end() ? 0 : 1 + (i - failed_.begin());
  };
  std::ranges::stable_sort(targets, {}, rank);
  return targets;
}

// None of the options is worth a connection, hence failures are ignored.
void tune_tcp(dial_protocol::socket& socket,
              std::chrono::milliseconds patience) {
  boost::system::error_code ignored;
  socket.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  socket.set_option(boost::asio::socket_base::keep_alive{true}, ignored);
  auto ms = static_cast<unsigned>(patience.count());
  std::ignore = ::setsockopt(socket.native_handle(), IPPROTO_TCP,
                             TCP_USER_TIMEOUT, &ms, sizeof(ms));
}

} // namespace atrium
