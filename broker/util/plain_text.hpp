#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#ifdef __SSE2__
#  include <emmintrin.h>
#endif

namespace atrium {

// Every message is read and written with these functions, so they look at eight
// bytes at a time, or at sixteen where every processor can.

namespace detail {

constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
constexpr std::uint64_t high_bits = ones * 0x80;

// Returns up to eight bytes with the first one lowest, and zeros behind them.
inline std::uint64_t load_word(const char* bytes, std::size_t size) noexcept {
  std::uint64_t result = 0;
  std::memcpy(&result, bytes, size); // the bytes are not aligned
  if constexpr (std::endian::native == std::endian::big)
    result = __builtin_bswap64(result);
  return result;
}

// Returns how many bytes stand before the first one that `marks` marks by its
// highest bit in a word of eight. Higher marks in the same word may be wrong.
// Always inlined: most strings end in their first or second word, where a call
// costs as much as the search.
template <class Function>
[[gnu::always_inline]] inline std::size_t size_before(std::string_view text,
                                                      Function marks) noexcept {
  constexpr std::size_t word = sizeof(std::uint64_t);
  auto position = [](std::uint64_t found) { // 8 if nothing is marked
    return static_cast<std::size_t>(std::countr_zero(found)) / 8;
  };
  auto rest = text;
  for (; rest.size() >= word; rest.remove_prefix(word))
    if (auto found = marks(load_word(rest.data(), word)); found != 0)
      return text.size() - rest.size() + position(found);
  if (rest.empty())
    return text.size();
  // A load of a known size is one instruction, and what has been passed already
  // is shifted out. The zeros may be marked, too.
  auto last = text.size() < word
                ? load_word(rest.data(), rest.size())
                : load_word(text.data() + text.size() - word, word)
                    >> (word - rest.size()) * 8;
  auto found = marks(last);
  return text.size() - rest.size() + std::min(position(found), rest.size());
}

#ifdef __SSE2__

// Returns a bit for each of 16 bytes that does not stand for itself in a string
// of JSON.
inline unsigned special_in_json(const char* bytes) noexcept {
  auto x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  auto controls = _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1F)), x);
  auto quotes = _mm_cmpeq_epi8(x, _mm_set1_epi8('"'));
  auto backslashes = _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(_mm_movemask_epi8(
    _mm_or_si128(_mm_or_si128(controls, quotes), backslashes)));
}

#endif

} // namespace detail

/// Returns how many bytes at the beginning of `text` stand for themselves in a
/// JSON string (RFC 8259, 7): neither quotes nor backslashes nor below 0x20.
inline std::size_t plain_json_size(std::string_view text) noexcept {
  using namespace detail;
#ifdef __SSE2__
  constexpr std::size_t block = 16;
  if (text.size() >= block) {
    std::size_t at = 0;
    auto last = text.size() - block;
    for (; at < last; at += block)
      if (auto found = special_in_json(text.data() + at); found != 0)
        return at + static_cast<std::size_t>(std::countr_zero(found));
    // The last block begins in the one before it, mostly.
    auto found = special_in_json(text.data() + last);
    return found == 0
             ? text.size()
             : last + static_cast<std::size_t>(std::countr_zero(found));
  }
#endif
  // Of two bytes below 0x80 the smaller one minus the other borrows, which sets
  // its highest bit. An exclusive or with 2 makes the quote 0x20 and leaves
  // what is below 0x20 there, so that one subtraction finds both.
  static_assert(('"' ^ 2) == 0x20);
  return size_before(text, [](std::uint64_t x) {
    auto quotes_or_controls = (x ^ ones * 2) - ones * 0x21;
    auto backslashes = (x ^ ones * '\\') - ones;
    return (quotes_or_controls | backslashes) & ~x & high_bits;
  });
}

/// Returns how many bytes at the beginning of `text` are ASCII, rounded down to
/// whole blocks: a third of the work of `ascii_size`.
inline std::size_t ascii_blocks_size(std::string_view text) noexcept {
  using namespace detail;
  constexpr std::size_t word = sizeof(std::uint64_t);
  auto rest = text;
  for (; rest.size() >= 4 * word; rest.remove_prefix(4 * word)) {
    auto at = rest.data();
    auto any = load_word(at, word) | load_word(at + word, word)
               | load_word(at + 2 * word, word)
               | load_word(at + 3 * word, word);
    if ((any & high_bits) != 0)
      break;
  }
  return text.size() - rest.size();
}

/// Returns how many bytes at the beginning of `text` are ASCII.
inline std::size_t ascii_size(std::string_view text) noexcept {
  return detail::size_before(
    text, [](std::uint64_t x) { return x & detail::high_bits; });
}

} // namespace atrium
