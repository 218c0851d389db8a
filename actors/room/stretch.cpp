#include "atrium/actors/room/stretch.hpp"

#include <algorithm>

namespace atrium {

void stretch::begin(std::uint64_t at) {
  after = until = at;
  messages.clear();
  bytes = 0;
}

void stretch::add(const publication_ptr& x) {
  until = x->offset();
  bytes += x->size();
  messages.push_back(x);
}

void stretch::join(const stretch& behind, std::size_t most_bytes) {
  if (behind.after > until)
    return;
  for (auto& x : behind.messages) {
    if (x->offset() <= until)
      continue;
    if (bytes + x->size() > most_bytes)
      return;
    add(x);
  }
  until = std::max(until, behind.until);
}

bool stretch::has(std::uint64_t offset) const {
  return offset == after || offset == until
         || std::ranges::binary_search(messages, offset, {},
                                       &publication::offset);
}

stretch stretch::part(std::uint64_t offset, std::uint64_t last,
                      std::size_t most, std::size_t most_bytes) const {
  stretch result;
  result.begin(offset);
  auto i = std::ranges::upper_bound(messages, offset, {}, &publication::offset);
  for (; i != messages.end() && (*i)->offset() <= last; ++i) {
    auto is_full = result.messages.size() == most
                   || result.bytes + (*i)->size() > most_bytes;
    if (is_full && !result.messages.empty())
      return result;
    result.add(*i);
  }
  result.until = std::max(offset, std::min(until, last));
  return result;
}

} // namespace atrium
