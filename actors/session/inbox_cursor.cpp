#include "atrium/actors/session/inbox_cursor.hpp"

#include <algorithm>

namespace atrium {

// What has been heard before is stored, so the page has it.
void inbox_cursor::asked() {
  waits_for_ = cause::page;
  is_behind_ = false;
  heard_.reset();
}

bool inbox_cursor::offer(std::string_view id, std::string_view previous) {
  auto at = read_inbox_id(id);
  if (waits_for_ == cause::page)
    heard_ = std::max(heard_, at);
  if (is_behind() || at <= sent_)
    return false;
  is_behind_ = read_inbox_id(previous) != sent_;
  if (is_behind_)
    return false;
  sent_ = at;
  return true;
}

bool inbox_cursor::pass(std::string_view id) {
  auto at = read_inbox_id(id);
  if (at <= sent_)
    return false;
  sent_ = at;
  return true;
}

void inbox_cursor::finish(const inbox_page& x) {
  waits_for_ = cause::none;
  if (x.error != errc::none) {
    is_behind_ = true;
    return;
  }
  // The inbox was lost, and numbers anew: only the device's own cursor counts.
  auto top = read_inbox_id(x.top);
  if (top < sent_) {
    sent_.reset();
    is_behind_ = true;
    return;
  }
  // A page without messages brings nobody further.
  if (x.has_more && !x.messages.empty()) {
    is_behind_ = true;
    return;
  }
  // Behind the last message may be ids that the device has acknowledged, or
  // that are gone.
  sent_ = top;
  is_behind_ = is_behind_ || sent_ < heard_;
}

} // namespace atrium
