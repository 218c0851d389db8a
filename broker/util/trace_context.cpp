#include "atrium/broker/util/trace_context.hpp"

#include <algorithm>

namespace atrium {

namespace {

// version "-" trace-id "-" parent-id "-" trace-flags
constexpr std::size_t version_size = 2;
constexpr std::size_t trace_at = 3;
constexpr std::size_t trace_size = 32;
constexpr std::size_t span_at = 36;
constexpr std::size_t span_size = 16;
constexpr std::size_t flags_at = 53;
constexpr std::size_t flags_size = 2;
constexpr std::size_t whole_size = 55;

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

// W3C Trace Context, 3.2.2: an id of zeros is invalid, and so is upper case.
bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool has_fields(std::string_view x) {
  return x[trace_at - 1] == '-' && x[span_at - 1] == '-'
         && x[flags_at - 1] == '-' && is_hex(x.substr(0, version_size))
         && is_id(x.substr(trace_at, trace_size))
         && is_id(x.substr(span_at, span_size))
         && is_hex(x.substr(flags_at, flags_size));
}

} // namespace

std::string read_traceparent(std::string_view text) {
  if (text.size() < whole_size || !has_fields(text))
    return {};
  auto version = text.substr(0, version_size);
  // Version 00 ends here; newer versions may add fields behind a dash.
  if (version == "00")
    return text.size() == whole_size ? std::string{text} : std::string{};
  auto more = text.size() > whole_size;
  if (version == "ff" || (more && text[whole_size] != '-'))
    return {};
  // Of the flags of a newer version only the last bit is known, `sampled`.
  std::string_view last = text.substr(flags_at + 1, 1);
  auto sampled = std::string_view{"13579bdf"}.find(last) != last.npos;
  std::string result{"00"};
  result.append(text.substr(version_size, flags_at - version_size));
  return result.append(sampled ? "01" : "00");
}

std::string_view trace_id_of(std::string_view traceparent) noexcept {
  return traceparent.empty() ? traceparent
                             : traceparent.substr(trace_at, trace_size);
}

} // namespace atrium
