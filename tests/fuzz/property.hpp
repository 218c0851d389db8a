#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace atrium::fuzz {

/// Ends the process, which is what a finding looks like to libFuzzer and to
/// CTest, unless the property holds.
inline void require(bool holds, const char* property) {
  if (holds)
    return;
  std::fprintf(stderr, "violated: %s\n", property);
  std::abort();
}

/// The input as text.
inline std::string_view as_text(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes everything before `separator` off the front of `text`.
inline std::string_view take_until(std::string_view& text, char separator) {
  auto head = text.substr(0, text.find(separator));
  text.remove_prefix(head.size() < text.size() ? head.size() + 1 : text.size());
  return head;
}

/// Whether `part` is a slice of `whole`: not a copy, not beyond its ends.
inline bool lies_within(std::string_view part, std::string_view whole) {
  auto begin = reinterpret_cast<std::uintptr_t>(part.data());
  auto from = reinterpret_cast<std::uintptr_t>(whole.data());
  return begin >= from && begin + part.size() <= from + whole.size();
}

} // namespace atrium::fuzz

/// What libFuzzer and `replay.cpp` call with one input. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);
