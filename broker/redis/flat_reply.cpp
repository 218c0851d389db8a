#include "atrium/broker/redis/flat_reply.hpp"

namespace atrium {

namespace {

// What is left of the bytes. The functions return false if it is not what they
// read; then it does not matter how far they came.
struct cursor {
  const char* at;
  const char* end;

  std::size_t left() const {
    return static_cast<std::size_t>(end - at);
  }
};

inline bool take_line_end(cursor& in) {
  if (in.left() < 2 || in.at[0] != '\r' || in.at[1] != '\n')
    return false;
  in.at += 2;
  return true;
}

// Strict, as hiredis: no sign, no zero in front. Longer numbers, which might
// not fit, are left to hiredis.
inline bool take_number(cursor& in, std::size_t& out) {
  constexpr std::ptrdiff_t most_digits = 18;
  auto begin = in.at;
  out = 0;
  for (; in.at != in.end && *in.at >= '0' && *in.at <= '9'; ++in.at)
    out = out * 10 + static_cast<std::size_t>(*in.at - '0');
  auto digits = in.at - begin;
  if (digits == 0 || digits > most_digits || (digits > 1 && *begin == '0'))
    return false;
  return take_line_end(in);
}

bool take_scalar(cursor& in, resp_node& out) {
  if (in.at == in.end)
    return false;
  std::size_t number = 0;
  switch (*in.at++) {
  case ':':
    if (!take_number(in, number))
      return false;
    out = {resp_type::integer, static_cast<long long>(number), {}};
    return true;
  case '$':
    if (!take_number(in, number) || number > in.left())
      return false;
    out = {resp_type::string, 0, {in.at, number}};
    in.at += number;
    return take_line_end(in);
  default:
    return false;
  }
}

} // namespace

resp_reply flat_reply::take(std::string_view& bytes) {
  if (bytes.empty())
    return {};
  cursor in{bytes.data(), bytes.data() + bytes.size()};
  std::size_t first = 0;
  std::size_t values = 1;
  if (*in.at == '*') {
    ++in.at;
    if (!take_number(in, values) || values >= nodes_.size())
      return {};
    nodes_[0] = {resp_type::array, static_cast<long long>(values), {}};
    first = 1;
  }
  for (std::size_t i = 0; i < values; ++i)
    if (!take_scalar(in, nodes_[first + i]))
      return {};
  bytes.remove_prefix(static_cast<std::size_t>(in.at - bytes.data()));
  return std::span{nodes_}.first(first + values);
}

} // namespace atrium
