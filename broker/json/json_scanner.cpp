#include "atrium/broker/json/json_scanner.hpp"

#include "atrium/broker/util/plain_text.hpp"

#include <bitset>

namespace atrium {

namespace {

// The size of the bit set below: a larger `max_depth` allows no more.
constexpr std::size_t depth_limit = 256;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

} // namespace

bool json_scanner::value_here(std::size_t max_depth) {
  if (at_ == end_)
    return false;
  return *at_ == '{' || *at_ == '[' ? nested(max_depth) : scalar();
}

// A loop instead of recursion: a client chooses the depth of the text.
bool json_scanner::nested(std::size_t max_depth) {
  std::bitset<depth_limit> in_object;
  std::size_t depth = 0;
  for (;;) {
    space();
    if (at_ == end_)
      return false;
    auto open = *at_;
    if (open == '{' || open == '[') {
      ++at_;
      if (depth == max_depth || depth == depth_limit)
        return false;
      auto object = open == '{';
      in_object[depth++] = object;
      if (!token(object ? '}' : ']')) {
        if (object && !key())
          return false;
        continue; // the first value inside
      }
      --depth;
    } else if (!scalar()) {
      return false;
    }
    // A value is complete: close what ends here, go on where a comma follows.
    for (;;) {
      if (depth == 0)
        return true;
      auto object = in_object[depth - 1];
      if (token(',')) {
        if (object && !key())
          return false;
        break;
      }
      if (!token(object ? '}' : ']'))
        return false;
      --depth;
    }
  }
}

bool json_scanner::string() {
  if (at_ == end_ || *at_ != '"')
    return false;
  ++at_;
  at_ += plain_json_size({at_, static_cast<std::size_t>(end_ - at_)});
  if (at_ == end_ || *at_ != '"')
    return rest_of_string();
  ++at_;
  return true;
}

// Few strings have an escape, and the others are left sooner without a loop.
bool json_scanner::rest_of_string() {
  for (;;) {
    if (at_ == end_)
      return false;
    if (*at_ == '"')
      break;
    if (*at_ != '\\' || !escape())
      return false;
    ++at_;
    at_ += plain_json_size({at_, static_cast<std::size_t>(end_ - at_)});
  }
  ++at_;
  return true;
}

// Leaves the position on the last character of the escape. Half a surrogate
// pair passes: the grammar allows it (RFC 8259, 8.2), and who decodes refuses
// it.
bool json_scanner::escape() {
  using namespace std::literals;
  if (++at_ == end_)
    return false;
  if (*at_ != 'u')
    return "\"\\/bfnrt"sv.find(*at_) != std::string_view::npos;
  for (auto i = 0; i < 4; ++i)
    if (++at_ == end_ || !is_hex(*at_))
      return false;
  return true;
}

bool json_scanner::key() {
  space();
  return string() && token(':');
}

// Any other first character has to begin a number; `number` checks that.
bool json_scanner::scalar() {
  switch (*at_) {
  case '"':
    return string();
  case 't':
    return literal("true");
  case 'f':
    return literal("false");
  case 'n':
    return literal("null");
  default:
    return number();
  }
}

bool json_scanner::literal(std::string_view word) {
  std::string_view rest{at_, static_cast<std::size_t>(end_ - at_)};
  if (!rest.starts_with(word))
    return false;
  at_ += word.size();
  return true;
}

bool json_scanner::digits() {
  auto first = at_;
  while (at_ != end_ && is_digit(*at_))
    ++at_;
  return at_ != first;
}

bool json_scanner::number() {
  if (*at_ == '-')
    ++at_;
  auto zero = at_ != end_ && *at_ == '0';
  auto first = at_;
  // RFC 8259, 6: a number has no leading zeros.
  if (!digits() || (zero && at_ - first > 1))
    return false;
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits())
      return false;
  }
  if (at_ == end_ || (*at_ != 'e' && *at_ != 'E'))
    return true;
  if (++at_ != end_ && (*at_ == '+' || *at_ == '-'))
    ++at_;
  return digits();
}

} // namespace atrium
