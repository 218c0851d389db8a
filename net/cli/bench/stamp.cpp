#include "atrium/net/cli/bench/stamp.hpp"

#include <array>

namespace atrium::bench {

namespace {

// No other text of a message begins with this: the names of the generator have
// no @.
constexpr std::string_view mark = "\"@";
constexpr std::string_view digits = "0123456789abcdef";
constexpr std::uint8_t not_a_digit = 0xFF;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> res{};
  res.fill(not_a_digit);
  for (std::size_t i = 0; i < digits.size(); ++i)
    res[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
  return res;
}();

char* write_hex(char* out, std::uint64_t value, int width) {
  for (auto i = width; i-- > 0; value >>= 4)
    out[i] = digits[value & 0xF];
  return out + width;
}

// Reads digits into `value` and returns whether all of them were digits. No
// branch for each digit: the generator reads 36 of them for each delivery. A
// good digit sets no bit above the lowest four, a bad one sets all bits.
template <class Integer>
bool read_hex(const char*& in, Integer& value) {
  std::uint64_t res = 0;
  unsigned bad = 0;
  for (std::size_t i = 0; i < 2 * sizeof(Integer); ++i) {
    auto digit = values[static_cast<unsigned char>(*in++)];
    bad |= digit;
    res = res << 4 | (digit & 0xFU);
  }
  value = static_cast<Integer>(res);
  return bad < 16;
}

std::optional<stamp> read_stamp(const char* in) {
  stamp res;
  if (read_hex(in, res.run) && read_hex(in, res.publisher)
      && read_hex(in, res.sequence) && read_hex(in, res.time))
    return res;
  return std::nullopt;
}

} // namespace

std::string blank_data(std::size_t size) {
  std::string res(size, 'x');
  // No character needs an escape in JSON, so `data` has the same size in each
  // protocol.
  res.front() = res.back() = '"';
  write_stamp(res.data(), {});
  return res;
}

void write_stamp(char* data, const stamp& what) {
  data[1] = mark[1];
  auto out = write_hex(data + mark.size(), what.run, 4);
  out = write_hex(out, what.publisher, 8);
  out = write_hex(out, what.sequence, 8);
  write_hex(out, what.time, 16);
}

std::optional<stamp> find_stamp(std::string_view message, std::size_t size) {
  auto at = message.size() - size - 1; // wraps if the message is too short
  if (message.size() <= size || message.substr(at, mark.size()) != mark)
    at = message.find(mark);
  if (at == std::string_view::npos || message.size() - at <= stamp::width)
    return std::nullopt;
  return read_stamp(message.data() + at + mark.size());
}

} // namespace atrium::bench
