#include "atrium/broker/util/block_cache.hpp"

#include <cstdlib>

namespace atrium {

block_cache::block_cache() {
  auto* slot = slots_.data();
  for (std::size_t i = 0; i < shelves; ++i) {
    auto* end = slot + most_on(i);
    shelves_[i] = {slot, slot, end};
    slot = end;
  }
}

block_cache::~block_cache() {
  for (auto& x : shelves_)
    while (x.next != x.first)
      std::free(*--x.next);
}

} // namespace atrium
