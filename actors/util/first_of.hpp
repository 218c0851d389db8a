#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace atrium {

/// Returns the first `limit` of `xs` in the order of `key`, without sorting
/// the others.
template <class T, class Key>
std::vector<T> first_of(std::vector<T> xs, std::size_t limit, Key key) {
  auto size = std::min(xs.size(), limit);
  std::ranges::partial_sort(xs, xs.begin() + static_cast<std::ptrdiff_t>(size),
                            {}, key);
  xs.resize(size);
  return xs;
}

} // namespace atrium
