#include "atrium/broker/json/json_writer.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fmt/format.h>
#include <iterator>

namespace atrium {

namespace {

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Whether one of eight bytes needs an escape: a byte x is less than n if its
// highest bit is 0 and that of x - n is 1, or a byte before it is (which is
// found, too); what is equal to c is less than 1 after an exclusive or with c.
bool need_escape(const char* eight_bytes) {
  constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
  std::uint64_t x = 0;
  // memcpy, because the text is not aligned. The position of the byte is not
  // used, so the byte order of the machine does not matter.
  std::memcpy(&x, eight_bytes, sizeof(x));
  auto quotes = x ^ ones * '"';
  auto backslashes = x ^ ones * '\\';
  auto found = ((x - ones * 0x20) & ~x) | ((quotes - ones) & ~quotes)
               | ((backslashes - ones) & ~backslashes);
  return (found & ones * 0x80) != 0;
}

// How many bytes at the beginning of `text` can be written as they stand.
std::size_t plain_beginning(std::string_view text) {
  constexpr auto word = sizeof(std::uint64_t);
  std::size_t i = 0;
  while (text.size() - i >= word && !need_escape(text.data() + i))
    i += word;
  while (i < text.size() && !needs_escape(text[i]))
    ++i;
  return i;
}

void append_escape(std::string& out, char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out.push_back('\\');
  auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20) {
    out.push_back(c);
    return;
  }
  out.append("u00").push_back(hex[byte >> 4U]);
  out.push_back(hex[byte & 15U]);
}

void append_string(std::string& out, std::string_view text) {
  out.push_back('"');
  // Most texts need no escape: what stands between two is appended at once.
  for (;;) {
    auto plain = plain_beginning(text);
    out.append(text.substr(0, plain));
    if (plain == text.size())
      break;
    append_escape(out, text[plain]);
    text.remove_prefix(plain + 1);
  }
  out.push_back('"');
}

} // namespace

json_writer& json_writer::any_key(std::string_view name) {
  any_text(name);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

json_writer& json_writer::text(std::string_view x) {
  separate();
  append_string(out_, x);
  return *this;
}

json_writer& json_writer::any_text(std::string_view x) {
  if (is_utf8(x))
    return text(x);
  std::string plain{x};
  for (auto& c : plain)
    if (static_cast<unsigned char>(c) >= 0x80)
      c = '?';
  return text(plain);
}

json_writer& json_writer::integer(std::int64_t x) {
  fmt::format_int digits{x};
  return raw({digits.data(), digits.size()});
}

json_writer& json_writer::integer(std::uint64_t x) {
  fmt::format_int digits{x};
  return raw({digits.data(), digits.size()});
}

json_writer& json_writer::decimal(double x, int digits) {
  // RFC 8259, 6: JSON has no number for NaN and infinity.
  if (!std::isfinite(x))
    return null();
  separate();
  fmt::format_to(std::back_inserter(out_), "{:.{}f}", x, digits);
  return *this;
}

} // namespace atrium
