#include "atrium/actors/delivery/tracing_outlet.hpp"

#include "atrium/actors/delivery/trace_log.hpp"

namespace atrium {

bool tracing_outlet::append(const frame& x) {
  auto taken = below_->append(x);
  if (taken)
    trace::received(who_, x);
  return taken;
}

void tracing_outlet::open(const welcome& hello) {
  trace::connected(who_, below_->peer());
  below_->open(hello);
}

void tracing_outlet::answer(const reply& x) {
  below_->answer(x);
}

void tracing_outlet::push(const reply& x) {
  if (auto* what = std::get_if<gap>(&x))
    trace::missed(*what, who_);
  below_->push(x);
}

void tracing_outlet::last_until(unix_time end) {
  below_->last_until(end);
}

void tracing_outlet::close(close_code code, std::string_view reason,
                           std::chrono::milliseconds after) {
  below_->close(code, reason, after);
}

void tracing_outlet::find_out(probe_ptr question) {
  below_->find_out(std::move(question));
}

std::size_t tracing_outlet::queued_bytes() const {
  return below_->queued_bytes();
}

std::string tracing_outlet::peer() const {
  return below_->peer();
}

} // namespace atrium
