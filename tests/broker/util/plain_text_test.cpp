#define CAF_SUITE plain_text_test

#include "atrium/broker/util/plain_text.hpp"

#include "caf/test/unit_test.hpp"

#include <algorithm>
#include <random>
#include <string>

using namespace atrium;

namespace {

// The same, one byte at a time.

std::size_t json_reference(std::string_view text) {
  auto special
    = [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; };
  return static_cast<std::size_t>(std::ranges::find_if(text, special) - text.begin());
}

std::size_t ascii_reference(std::string_view text) {
  auto other = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  return static_cast<std::size_t>(std::ranges::find_if(text, other) - text.begin());
}

bool agree(std::string_view text) {
  auto ascii = ascii_reference(text);
  return plain_json_size(text) == json_reference(text) && ascii_size(text) == ascii
         && ascii_blocks_size(text) == ascii / 32 * 32;
}

} // namespace

CAF_TEST(every byte is judged alike at every place of every short text) {
  for (std::size_t size = 0; size <= 24; ++size)
    for (auto other : {'x', '!', '#', '\x7f', '\xff'})
      for (std::size_t at = 0; at < size; ++at)
        for (int byte = 0; byte < 256; ++byte) {
          // With the next byte as well: a subtraction may borrow from it.
          std::string text(size, other);
          text[at] = static_cast<char>(byte);
          if (!agree(text))
            CAF_FAIL("byte " << byte << " at " << at << " of " << size);
        }
  CAF_CHECK(agree({}));
}

CAF_TEST(a byte beside a special one is not taken for it) {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second)
      for (std::size_t at = 0; at < 9; ++at) {
        std::string text(11, 'x');
        text[at] = static_cast<char>(first);
        text[at + 1] = static_cast<char>(second);
        if (!agree(text))
          CAF_FAIL("bytes " << first << ", " << second << " at " << at);
      }
}

// Slices begin at every alignment, and what stands behind them does not count.
CAF_TEST(random slices are judged alike) {
  std::mt19937 random{11};
  std::string text(4096, '\0');
  for (auto& c : text) {
    auto x = random();
    // Mostly plain, so that the answers differ.
    c = static_cast<char>(x % 24 == 0 ? x >> 8U : 0x20 + (x >> 8U) % 0x5F);
  }
  for (int round = 0; round < 200'000; ++round) {
    auto from = random() % text.size();
    std::string_view part{text};
    part = part.substr(from, random() % 80);
    if (!agree(part))
      CAF_FAIL("disagreement about " << part.size() << " bytes at " << from);
  }
}
