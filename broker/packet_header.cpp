#include "atrium/broker/packet_header.hpp"

#include "atrium/broker/util/text.hpp"

#include <algorithm>

namespace atrium {

namespace {

constexpr char field_mark = ';';

// What names of runs and of fields are made of.
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

// Nothing for what no node has written, such as a number that is no exact
// double: Redis's scripts, and clients, count in those.
std::optional<std::uint64_t> read_number(std::string_view text) noexcept {
  return read_decimal(text, (std::uint64_t{1} << 53) - 1);
}

// Cuts what is before the next mark off `x`, and the mark.
std::string_view cut_part(std::string_view& x, char mark) noexcept {
  auto end = std::min(x.find(mark), x.size());
  auto result = x.substr(0, end);
  x.remove_prefix(std::min(end + 1, x.size()));
  return result;
}

// Of an id in an inbox: at most 20 digits, and no other spelling of the number.
bool is_count(std::string_view x) {
  constexpr std::size_t longest = 20;
  return !x.empty() && x.size() <= longest && (x == "0" || x[0] != '0')
         && x.find_first_not_of("0123456789") == std::string_view::npos;
}

// Nothing if the fields make no place in an inbox.
std::optional<packet_inbox> read_inbox(std::string_view id,
                                       std::string_view previous) noexcept {
  if (!is_inbox_id(id) || !is_inbox_id(previous))
    return std::nullopt;
  return packet_inbox{id, previous};
}

// Nothing if the fields make no word of an owner. `request` may be empty.
std::optional<packet_word> read_word(std::string_view token,
                                     std::string_view request) noexcept {
  packet_word result;
  result.token = read_number(token).value_or(0);
  if (result.token == 0)
    return std::nullopt;
  if (request.empty())
    return result;
  result.run = cut_part(request, '.');
  auto stream = read_number(cut_part(request, '.'));
  auto number = read_number(request);
  if (!is_run(result.run) || !stream || !number || *number == 0)
    return std::nullopt;
  result.stream = *stream;
  result.number = *number;
  return result;
}

/// The fields of a header as they come.
struct header_fields {
  std::string_view offset;
  std::string_view previous;
  std::string_view epoch;
  std::string_view inbox;
  std::string_view inbox_before;
  std::string_view token;
  std::string_view request;

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
    else if (field[0] == 'i')
      inbox = value;
    else if (field[0] == 'j')
      inbox_before = value;
    else if (field[0] == 't')
      token = value;
    else if (field[0] == 'a')
      request = value;
  }

  // Returns false if they make no position, no place in an inbox, or no word of
  // an owner: without it, the message would look like one that nobody keeps, or
  // that anybody may say.
  bool read(packet_header& out) const noexcept {
    if (!offset.empty() || !previous.empty() || !epoch.empty()) {
      out.at = position();
      if (!out.at)
        return false;
    }
    if (!inbox.empty() || !inbox_before.empty()) {
      out.inbox = read_inbox(inbox, inbox_before);
      if (!out.inbox)
        return false;
    }
    if (!token.empty() || !request.empty()) {
      out.word = read_word(token, request);
      if (!out.word)
        return false;
    }
    return true;
  }

private:
  std::optional<packet_position> position() const noexcept {
    auto at = read_number(offset);
    if (!at || *at == 0 || !is_word(epoch))
      return std::nullopt;
    auto before = previous.empty() ? *at - 1 : read_number(previous);
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

void append_inbox(std::string& out, const packet_inbox& at) {
  out.append(";i=").append(at.id).append(";j=").append(at.previous);
}

void append_word(std::string& out, const packet_word& x) {
  out.append(";t=").append(std::to_string(x.token));
  if (!x.run.empty())
    out.append(";a=")
      .append(x.run)
      .append(".")
      .append(std::to_string(x.stream))
      .append(".")
      .append(std::to_string(x.number));
}

// At the end of the header.
std::string with_fields(std::string_view packet, std::string_view fields) {
  auto head = std::min(packet.find(':'), packet.size());
  std::string result;
  result.reserve(packet.size() + fields.size());
  result.append(packet.substr(0, head)).append(fields);
  return result.append(packet.substr(head));
}

} // namespace

void append_header(std::string& out, const packet_header& x) {
  out.append(packet_header::version);
  if (x.skip_sender)
    out.push_back('x');
  if (!x.source_run.empty())
    out.append("@").append(x.source_run);
  // First: a log and an inbox put their fields at the end.
  if (x.word)
    append_word(out, *x.word);
  if (x.at)
    append_position(out, *x.at);
  if (x.inbox)
    append_inbox(out, *x.inbox);
}

std::string with_position(std::string_view packet, const packet_position& at) {
  std::string fields;
  append_position(fields, at);
  return with_fields(packet, fields);
}

std::string with_inbox(std::string_view packet, const packet_inbox& at) {
  std::string fields;
  append_inbox(fields, at);
  return with_fields(packet, fields);
}

bool is_run(std::string_view x) noexcept {
  return is_word(x);
}

bool is_inbox_id(std::string_view x) noexcept {
  auto dash = std::min(x.find('-'), x.size());
  return is_count(x.substr(0, dash))
         && is_count(x.substr(std::min(dash + 1, x.size())));
}

std::optional<packet_header> read_header(std::string_view text) noexcept {
  packet_header result;
  // `packet_time` relies on the longest size. `cut_part` would miss an empty
  // field at the end.
  if (text.size() > packet_header::max_size || text.ends_with(field_mark))
    return std::nullopt;
  auto base = cut_part(text, field_mark);
  if (!base.starts_with(packet_header::version))
    return std::nullopt;
  base.remove_prefix(packet_header::version.size());
  result.skip_sender = base.starts_with('x');
  base.remove_prefix(result.skip_sender ? 1 : 0);
  if (!base.empty()) {
    result.source_run = base.substr(1);
    if (base.front() != '@' || !is_run(result.source_run))
      return std::nullopt;
  }
  header_fields fields;
  while (!text.empty()) {
    auto field = cut_part(text, field_mark);
    // An unknown field is skipped, but has to be well-formed.
    if (!is_field(field))
      return std::nullopt;
    fields.take(field);
  }
  return fields.read(result) ? std::optional{result} : std::nullopt;
}

} // namespace atrium
