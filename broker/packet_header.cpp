#include "atrium/broker/packet_header.hpp"

#include <algorithm>
#include <charconv>

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

// Nothing for what no log has written, such as a number that is no exact
// double: Redis's scripts, and clients, count in those.
std::optional<std::uint64_t> read_offset(std::string_view text) noexcept {
  constexpr std::uint64_t last_offset = (std::uint64_t{1} << 53) - 1;
  std::uint64_t value = 0;
  auto end = text.data() + text.size();
  auto [ptr, ec] = std::from_chars(text.data(), end, value);
  if (ec != std::errc{} || ptr != end || value > last_offset)
    return std::nullopt;
  return value;
}

/// The fields of a header as they come.
struct position_fields {
  std::string_view offset;
  std::string_view previous;
  std::string_view epoch;

  void take(std::string_view field) noexcept {
    if (field.size() < 2 || field[1] != '=')
      return;
    auto value = field.substr(2);
    if (field[0] == 'o')
      offset = value;
    else if (field[0] == 'p')
      previous = value;
    else if (field[0] == 'e')
      epoch = value;
  }

  bool empty() const noexcept {
    return offset.empty() && previous.empty() && epoch.empty();
  }

  // Nothing if they make no position.
  std::optional<packet_position> read() const noexcept {
    auto at = read_offset(offset);
    if (!at || *at == 0 || !is_word(epoch))
      return std::nullopt;
    auto before = previous.empty() ? *at - 1 : read_offset(previous);
    if (!before || *before >= *at)
      return std::nullopt;
    return packet_position{epoch, *at, *before};
  }
};

void append_position(std::string& out, const packet_position& at) {
  out.append(";o=").append(std::to_string(at.offset));
  if (at.previous + 1 != at.offset)
    out.append(";p=").append(std::to_string(at.previous));
  out.append(";e=").append(at.epoch);
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
  if (x.at)
    append_position(out, *x.at);
}

std::string with_position(std::string_view packet, const packet_position& at) {
  constexpr std::size_t most_added = 80; // two numbers, an epoch, their names
  auto head = std::min(packet.find(':'), packet.size());
  std::string result;
  result.reserve(packet.size() + most_added);
  result.append(packet.substr(0, head));
  append_position(result, at);
  result.append(packet.substr(head));
  return result;
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
  position_fields fields;
  while (!text.empty()) {
    auto field = cut_part(text);
    // An unknown field is skipped, but has to be well-formed.
    if (!is_field(field))
      return std::nullopt;
    fields.take(field);
  }
  if (fields.empty())
    return result;
  result.at = fields.read();
  // Without its place, the message would look like one that nobody keeps.
  return result.at ? std::optional{result} : std::nullopt;
}

} // namespace atrium
