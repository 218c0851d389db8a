#include "atrium/net/websocket/frame_meter.hpp"

#include <algorithm>

namespace atrium {

namespace {

constexpr std::uint8_t final_bit = 0x80;
constexpr std::uint8_t control_bit = 0x08;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::size_t mask_size = 4;

} // namespace

std::size_t frame_counter::take(std::span<const char> bytes) noexcept {
  std::size_t result = 0;
  while (!bytes.empty()) {
    if (read_ == 0 && rest_ > 0) {
      auto n = std::min<std::uint64_t>(rest_, bytes.size());
      rest_ -= n;
      bytes = bytes.subspan(n);
      continue;
    }
    // Byte by byte: a read may end anywhere in a head.
    take_head(static_cast<std::uint8_t>(bytes.front()));
    bytes = bytes.subspan(1);
    if (read_ < 2 || length_ > 0)
      continue;
    read_ = 0;
    rest_ += masked_ ? mask_size : 0; // skipped like the payload
    result += (first_ & control_bit) != 0 || (first_ & final_bit) == 0 ? 1 : 0;
  }
  return result;
}

void frame_counter::take_head(std::uint8_t byte) noexcept {
  constexpr std::uint8_t two_more = 126;
  constexpr std::uint8_t eight_more = 127;
  if (read_ == 0) {
    first_ = byte;
    read_ = 1;
    return;
  }
  if (read_ == 2) {
    rest_ = rest_ << 8 | byte;
    --length_;
    return;
  }
  read_ = 2;
  masked_ = (byte & mask_bit) != 0;
  auto length = static_cast<std::uint8_t>(byte & ~mask_bit);
  length_ = length == eight_more ? 8 : length == two_more ? 2 : 0;
  rest_ = length_ == 0 ? length : 0;
}

} // namespace atrium
