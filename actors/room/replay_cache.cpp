#include "atrium/actors/room/replay_cache.hpp"

#include <algorithm>
#include <cstddef>

namespace atrium {

namespace {

constexpr auto most_of_a_room = std::size_t{1} << 20;

} // namespace

void replay_cache::keep(const stretch& x, std::uint64_t at) {
  auto known = x.part(x.after, at);
  // The log has lost what the members have got: the room will hear of it.
  if (x.until > at
      && (known.messages.empty() || known.messages.back()->offset() != at))
    return;
  if (known.after >= kept_.after && known.after <= kept_.until)
    return append(known);
  auto old = std::exchange(kept_, {});
  if (old.bytes > 0)
    bound_->release(old.bytes, 0);
  kept_.begin(known.after);
  append(known);
  append(old);
}

void replay_cache::note(const incoming& x) {
  if (is_empty() || !x.place || x.place->previous != kept_.until)
    return;
  stretch next;
  next.begin(kept_.until);
  next.add(x.content);
  append(next);
}

void replay_cache::append(const stretch& x) {
  auto before = kept_.bytes;
  kept_.join(x, std::min(before + bound_->available(), most_of_a_room));
  auto more = kept_.bytes - before;
  if (more == 0 || bound_->try_acquire(more, 0))
    return;
  // Another room was faster.
  kept_.bytes = before;
  clear();
}

void replay_cache::clear() {
  if (kept_.bytes > 0)
    bound_->release(kept_.bytes, 0);
  kept_ = {};
}

} // namespace atrium
