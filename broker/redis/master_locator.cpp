#include "atrium/broker/redis/master_locator.hpp"

#include <utility>

namespace atrium {

master_locator::master_locator(boost::asio::io_context& io,
                               sentinel_watch& watch,
                               name_lookup::resolver resolve)
  : io_(io), watch_(watch), resolve_(std::move(resolve)) {
  // nop
}

void master_locator::find(handler done) {
  done_ = std::make_shared<handler>(std::move(done));
  // The watch holds what it is for while it calls: this object is there then.
  watch_.ask(done_, [this](sentinel_watch::answer x) {
    if (x.error.empty())
      return look_up(x.master);
    auto held = std::exchange(done_, nullptr);
    (*held)({{}, {}, std::move(x.error)});
  });
}

void master_locator::forget() noexcept {
  done_.reset();
  // A look-up goes on for the next one who asks.
  if (lookup_)
    lookup_->forget();
}

void master_locator::look_up(const redis_host& master) {
  if (!lookup_ || master != host_) {
    lookup_ = std::make_unique<name_lookup>(io_, resolve_);
    host_ = master;
  }
  lookup_->find(master.name, master.port, [this](name_lookup::outcome x) {
    // Held meanwhile: who asks may forget, or ask again.
    auto held = std::exchange(done_, nullptr);
    auto& name = host_.name;
    if (x.error.empty())
      (*held)({tcp_endpoints(x.found), name});
    else
      (*held)({{}, name, name + ": " + x.error});
  });
}

} // namespace atrium
