#include "atrium/broker/redis/host_locator.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace atrium {

host_locator::host_locator(boost::asio::io_context& io,
                           std::vector<redis_host> hosts,
                           const name_lookup::resolver& resolve) {
  for (auto& x : hosts)
    hosts_.push_back(
      {std::move(x), std::make_unique<name_lookup>(io, resolve)});
}

void host_locator::find(handler done) {
  current_ = std::exchange(next_, (next_ + 1) % hosts_.size());
  auto& [host, lookup] = hosts_[current_];
  lookup->find(
    host.name, host.port,
    [name = host.name, done = std::move(done)](const name_lookup::outcome& x) {
      if (x.error.empty())
        done({tcp_endpoints(x.found), name});
      else
        done({{}, name, name + ": " + x.error});
    });
}

// A look-up goes on for the next one who asks.
void host_locator::forget() noexcept {
  hosts_[current_].lookup->forget();
}

std::string host_locator::what() const {
  return hosts_[current_].host.name;
}

void path_locator::find(handler done) {
  done_ = std::make_shared<handler>(std::move(done));
  boost::asio::post(io_, [path = path_, asked = std::weak_ptr{done_}] {
    // Held meanwhile: who asks may forget, or ask again.
    if (auto held = asked.lock())
      (*held)({{boost::asio::local::stream_protocol::endpoint{path}}});
  });
}

} // namespace atrium
