#pragma once

#include <cstddef>
#include <deque>
#include <utility>

namespace atrium {

/// Takes the element number `which`, counted from the front, out of `from`,
/// which has so many. Costs as much as it is away from the nearer end.
template <class T>
T take_at(std::deque<T>& from, std::size_t which) {
  auto at = from.begin() + static_cast<std::ptrdiff_t>(which);
  auto result = std::move(*at);
  from.erase(at);
  return result;
}

} // namespace atrium
