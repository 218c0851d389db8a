#include "atrium/broker/log/log_line.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/util/text.hpp"

#include <algorithm>
#include <array>

namespace atrium::log {

namespace {

/// In the order of `level`.
constexpr std::array<std::string_view, 6> level_words
  = {"trace", "debug", "info", "warn", "error", "off"};

void append_escape(std::string& out, unsigned code) {
  constexpr std::string_view hex = "0123456789abcdef";
  out.append("\\u");
  for (auto shift : {12U, 8U, 4U, 0U})
    out.push_back(hex[code >> shift & 15U]);
}

// What a terminal obeys, takes for the end of a line or writes from right to
// left: control characters, U+2028 and U+2029, and what embeds and isolates.
bool is_harmful(unsigned code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0)
         || (code >= 0x2028 && code <= 0x202E)
         || (code >= 0x2066 && code <= 0x2069);
}

// The first code point of UTF-8, as far as any that is harmful goes.
unsigned code_at(std::string_view utf8) {
  auto byte
    = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  if (byte(0) < 0x80)
    return byte(0);
  if (byte(0) < 0xE0)
    return (byte(0) & 0x1FU) << 6U | (byte(1) & 0x3FU);
  return (byte(0) & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
}

/// Appends `text` without what is harmful, and with a backslash in front of
/// what is `escaped`.
void append_printable(std::string& out, std::string_view text,
                      std::string_view escaped) {
  auto valid = is_utf8(text);
  for (; !text.empty(); text.remove_prefix(1)) {
    auto byte = static_cast<unsigned char>(text.front());
    auto is_first = (byte & 0xC0U) != 0x80U && byte < 0xF0;
    if (byte >= 0x80 && !valid) {
      out.push_back('?');
    } else if (is_first && is_harmful(code_at(text))) {
      append_escape(out, code_at(text));
      text.remove_prefix(byte < 0x80 ? 0 : byte < 0xE0 ? 1 : 2);
    } else {
      if (escaped.find(text.front()) != std::string_view::npos)
        out.push_back('\\');
      out.push_back(text.front());
    }
  }
}

bool is_plain(std::string_view text) {
  // `unsigned char`: whether `char` has a sign depends on the machine.
  return std::ranges::all_of(text, [](unsigned char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '=';
  });
}

void append_value(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    out.append(text);
    return;
  }
  out.push_back('"');
  append_printable(out, text, "\"\\");
  out.push_back('"');
}

void append_member(std::string& out, std::string_view key,
                   std::string_view text) {
  if (!out.empty())
    out.push_back(',');
  append_json_text(out, key);
  out.push_back(':');
  append_json_text(out, text);
}

} // namespace

std::string_view to_string(level x) noexcept {
  return level_words[static_cast<std::size_t>(x)];
}

std::optional<level> find_level(std::string_view word) noexcept {
  auto found = std::ranges::find(level_words, word);
  if (found == level_words.end())
    return std::nullopt;
  return static_cast<level>(found - level_words.begin());
}

std::string to_text(const record& x) {
  std::string result{x.event};
  result.append(": ");
  append_printable(result, x.message, {});
  for (auto& one : x.fields) {
    if (one.empty())
      continue;
    result.append(" ").append(one.key()).push_back('=');
    if (auto* text = one.text())
      append_value(result, *text);
    else
      result.append(std::to_string(one.number()));
  }
  return result;
}

std::string to_json_members(const record& x) {
  std::string result;
  append_member(result, "level", to_string(x.severity));
  append_member(result, "event", x.event);
  append_member(result, "message", x.message);
  for (auto& one : x.fields) {
    if (one.empty())
      continue;
    if (auto* text = one.text()) {
      append_member(result, one.key(), *text);
      continue;
    }
    result.push_back(',');
    append_json_text(result, one.key());
    result.append(":").append(std::to_string(one.number()));
  }
  return result;
}

} // namespace atrium::log
