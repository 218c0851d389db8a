#include "atrium/broker/room_note.hpp"

#include "atrium/broker/json/json_members.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <array>

namespace atrium {

namespace {

using kind = room_note::kind;

constexpr std::string_view type = "room_notes";
constexpr std::string_view beginning = R"(0:{"type":"room_notes")";

constexpr std::array<std::string_view, 10> words{
  "accepted", "published", "refused",   "answered", "here",
  "taken",    "told",      "restarted", "failed",   "gone",
};

struct members {
  std::string_view what;
  std::string_view run;
  std::string_view stream;
  std::string_view number;
  std::string_view code;
  std::string_view text;
  std::string_view data;
};

// In the order in which nodes write them.
constexpr std::array<json_member<members>, 7> known = {{
  {"what", &members::what},
  {"run", &members::run},
  {"stream", &members::stream},
  {"number", &members::number},
  {"code", &members::code},
  {"text", &members::text},
  {"data", &members::data},
}};

// -- writing ------------------------------------------------------------------

void append(json_writer& out, const room_note& x) {
  out.open_object().text("what", words[static_cast<std::size_t>(x.what)]);
  if (!x.to.run.empty())
    out.text("run", x.to.run)
      .number("stream", x.to.stream)
      .number("number", x.to.number);
  if (x.code != errc::none)
    out.text("code", to_string(x.code));
  // A logic may have made it.
  if (!x.text.empty())
    out.key("text").any_text(x.text);
  if (!x.data.empty())
    out.raw("data", x.data);
  out.close_object();
}

std::size_t size_of(const room_notes& x) {
  constexpr std::size_t head = 64; // type, token, brackets
  constexpr std::size_t each = 128;
  auto result = head;
  for (auto& note : x.notes)
    result += each + note.text.size() + note.data.size();
  return result;
}

// -- reading ------------------------------------------------------------------

// Nothing if it is no exact double: Redis's scripts count in those.
std::optional<std::uint64_t> number_in(std::string_view raw) {
  auto result = json_unsigned(raw);
  return result && *result >> 53 == 0 ? result : std::nullopt;
}

// One of a newer node is a defect of this one, which does not know what it
// means.
errc code_named(std::string_view word) {
  for (auto i = 0; i < static_cast<int>(errc::internal); ++i)
    if (to_string(static_cast<errc>(i)) == word)
      return static_cast<errc>(i);
  return errc::internal;
}

// These return false for a member that makes no sense; one that is missing does
// so where it is not needed.

bool read_mark(const members& in, request_mark& out) {
  if (in.run.empty())
    return true;
  auto run = json_string(in.run).value_or(std::string{});
  auto stream = number_in(in.stream);
  auto number = number_in(in.number);
  if (!is_run(run) || !stream || !number)
    return false;
  out = {std::move(run), *stream, *number};
  return true;
}

bool read_code(std::string_view raw, errc& out) {
  if (raw.empty())
    return true;
  auto word = json_string(raw);
  if (word)
    out = code_named(*word);
  return word.has_value();
}

bool read_text(std::string_view raw, std::string& out) {
  if (raw.empty())
    return true;
  auto text = json_string(raw);
  if (text)
    out = std::move(*text);
  return text.has_value();
}

bool has_needed(const room_note& x) {
  auto names_request = !x.to.run.empty() && x.to.number > 0;
  switch (x.what) {
  case kind::accepted:
  case kind::taken:
    return names_request;
  case kind::published:
    return names_request && is_event_id(x.text);
  case kind::refused:
    return names_request && x.code != errc::none;
  case kind::answered:
    return names_request && !x.data.empty();
  case kind::here:
    return !x.to.run.empty();
  case kind::told:
    return is_name(x.text) && !x.data.empty();
  default:
    return true;
  }
}

// Returns false for a note that makes no sense; leaves out one that only newer
// nodes know.
bool read_note(json_scanner& in, std::vector<room_note>& out) {
  members found;
  if (!take_members(in, known, found))
    return false;
  auto word = json_string(found.what);
  if (!word)
    return false;
  auto i = std::ranges::find(words, *word);
  if (i == words.end())
    return true;
  auto& x = out.emplace_back();
  x.what = static_cast<kind>(i - words.begin());
  x.data = found.data;
  return read_mark(found, x.to) && read_code(found.code, x.code)
         && read_text(found.text, x.text) && has_needed(x);
}

} // namespace

std::string encode_notes(const room_notes& x) {
  std::string result;
  result.reserve(size_of(x));
  append_header(result, {});
  result.push_back(':');
  json_writer out{result};
  out.open_object().text("type", type).number("token", x.token);
  out.key("notes").open_array();
  for (auto& note : x.notes)
    append(out, note);
  out.close_array().close_object();
  return result;
}

bool is_notes(std::string_view packet) noexcept {
  return packet.starts_with(beginning);
}

// In one walk, whatever the size of the data.
std::optional<room_notes> decode_notes(std::string_view packet) {
  if (!is_notes(packet))
    return std::nullopt;
  auto json = packet.substr(packet.find(':') + 1);
  room_notes result;
  std::string_view said;
  std::string_view token;
  json_scanner in{json};
  auto take = [&](std::string_view key) {
    if (json_text_is(key, "notes")) {
      result.notes.clear(); // of equal keys the last one counts
      return in.array([&] { return read_note(in, result.notes); });
    }
    auto value = in.take_value(json_object::max_depth - 1);
    if (json_text_is(key, "type"))
      said = value;
    else if (json_text_is(key, "token"))
      token = value;
    return !value.empty();
  };
  if (!in.only_object(take) || !is_utf8(json) || json_string(said) != type)
    return std::nullopt;
  result.token = number_in(token).value_or(0);
  if (result.token == 0)
    return std::nullopt;
  return result;
}

} // namespace atrium
