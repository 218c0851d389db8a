#include "atrium/broker/json/json_writer.hpp"

#include "atrium/broker/util/plain_text.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>

namespace atrium {

namespace {

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
    auto plain = plain_json_size(text);
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
