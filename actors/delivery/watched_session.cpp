#include "atrium/actors/delivery/watched_session.hpp"

#include "atrium/actors/delivery/watch_log.hpp"

namespace atrium {

std::size_t watched_session::append(delivery& x) {
  auto bytes = below_->append(x);
  if (bytes != 0)
    watch_log::received(who_, x.what().about(), bytes);
  return bytes;
}

void watched_session::open(const welcome& hello) {
  watch_log::connected(who_, below_->peer());
  below_->open(hello);
}

void watched_session::answer(const reply& x) {
  below_->answer(x);
}

void watched_session::push(const reply& x) {
  if (auto* what = std::get_if<gap>(&x))
    watch_log::missed(*what, who_);
  below_->push(x);
}

void watched_session::last_until(unix_time end) {
  below_->last_until(end);
}

void watched_session::close(close_code code, std::string_view reason,
                            std::chrono::milliseconds after) {
  below_->close(code, reason, after);
}

void watched_session::find_out(probe_ptr question) {
  below_->find_out(std::move(question));
}

std::size_t watched_session::queued_bytes() const {
  return below_->queued_bytes();
}

std::string watched_session::peer() const {
  return below_->peer();
}

} // namespace atrium
