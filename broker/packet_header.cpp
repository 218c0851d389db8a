#include "atrium/broker/packet_header.hpp"

#include <algorithm>

namespace atrium {

namespace {

constexpr char field_mark = ';';

// Names of runs and of fields.
bool is_word(std::string_view x) {
  constexpr std::size_t longest = 32;
  return !x.empty() && x.size() <= longest
         && x.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz")
              == std::string_view::npos;
}

// A field ends where the next one begins, so its value cannot have the mark.
bool is_field(std::string_view x) {
  auto equals = x.find('=');
  return is_word(x.substr(0, equals))
         && std::ranges::all_of(x, [](char c) { return c > ' ' && c <= '~'; });
}

// Cuts what is before the next field off `x`, and its mark.
std::string_view cut_part(std::string_view& x) {
  auto end = std::min(x.find(field_mark), x.size());
  auto result = x.substr(0, end);
  x.remove_prefix(std::min(end + 1, x.size()));
  return result;
}

} // namespace

void append_header(std::string& out, const packet_header& x) {
  out.append(packet_header::version);
  if (x.skip_sender)
    out.push_back('x');
  if (!x.source_run.empty())
    out.append("@").append(x.source_run);
}

std::optional<packet_header> read_header(std::string_view text) noexcept {
  packet_header result;
  // `packet_time` relies on the longest size. `cut_part` would miss an empty
  // field at the end.
  if (text.size() > packet_header::max_size || text.ends_with(field_mark))
    return std::nullopt;
  auto base = cut_part(text);
  if (!base.starts_with(packet_header::version))
    return std::nullopt;
  base.remove_prefix(packet_header::version.size());
  result.skip_sender = base.starts_with('x');
  base.remove_prefix(result.skip_sender ? 1 : 0);
  if (!base.empty()) {
    result.source_run = base.substr(1);
    if (base.front() != '@' || !is_word(result.source_run))
      return std::nullopt;
  }
  while (!text.empty())
    // An unknown field is skipped, but has to be well-formed.
    if (!is_field(cut_part(text)))
      return std::nullopt;
  return result;
}

} // namespace atrium
