#include "atrium/broker/redis/cluster/key_slot.hpp"

#include <array>

namespace atrium {

namespace {

// CRC16/XMODEM: polynomial 0x1021, nothing reflected, begins with zero.
constexpr auto crc_table = [] {
  std::array<std::uint16_t, 256> result{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned crc = byte << 8U;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U;
    result[byte] = static_cast<std::uint16_t>(crc);
  }
  return result;
}();

std::string_view tag_of(std::string_view key) noexcept {
  auto open = key.find('{');
  if (open == key.npos)
    return key;
  auto close = key.find('}', open + 1);
  if (close == key.npos || close == open + 1)
    return key;
  return key.substr(open + 1, close - open - 1);
}

} // namespace

std::uint16_t key_slot(std::string_view key) noexcept {
  unsigned crc = 0;
  for (char c : tag_of(key)) {
    auto index = (crc >> 8U ^ static_cast<unsigned char>(c)) & 0xFFU;
    crc = (crc << 8U ^ crc_table[index]) & 0xFFFFU;
  }
  return static_cast<std::uint16_t>(crc % slot_count);
}

} // namespace atrium
