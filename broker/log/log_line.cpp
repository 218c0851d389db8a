#include "atrium/broker/log/log_line.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <array>

namespace atrium::log {

namespace {

/// In the order of `level`.
constexpr std::array<std::string_view, 6> level_words
  = {"trace", "debug", "info", "warn", "error", "off"};

void append_escape(std::string& out, char32_t code) {
  constexpr std::string_view hex = "0123456789abcdef";
  out.append("\\u");
  for (auto shift : {12U, 8U, 4U, 0U})
    out.push_back(hex[code >> shift & 15U]);
}

// What a terminal obeys, takes for the end of a line or writes from right to
// left: control characters, U+2028 and U+2029, and what embeds and isolates.
bool is_harmful(char32_t code) {
  return is_control(code) || (code >= 0x2028 && code <= 0x202E)
         || (code >= 0x2066 && code <= 0x2069);
}

/// Appends `text` without what is harmful, and with a backslash in front of
/// what is `escaped`.
void append_printable(std::string& out, std::string_view text,
                      std::string_view escaped) {
  // A text that is not UTF-8 as a whole is read byte by byte: a valid sequence
  // in it may be an accident of another encoding.
  auto valid = is_utf8(text);
  while (!text.empty()) {
    auto byte = static_cast<unsigned char>(text.front());
    auto next = valid ? first_code_point(text) : code_point{byte, 1};
    if (byte >= 0x80 && !valid) {
      out.push_back('?');
    } else if (is_harmful(next.value)) {
      append_escape(out, next.value);
    } else {
      if (escaped.find(text.front()) != std::string_view::npos)
        out.push_back('\\');
      out.append(text.substr(0, next.bytes));
    }
    text.remove_prefix(next.bytes);
  }
}

bool is_plain(std::string_view text) {
  // `unsigned char`: whether `char` has a sign depends on the machine.
  return std::ranges::all_of(text, [](unsigned char c) {
    // `=` as well: without quotes the text would look like another field.
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
  json_writer out{result};
  out.key("level").any_text(to_string(x.severity));
  out.key("event").any_text(x.event);
  out.key("message").any_text(x.message);
  for (auto& one : x.fields) {
    if (one.empty())
      continue;
    out.any_key(one.key());
    if (auto* text = one.text())
      out.any_text(*text);
    else
      out.number(one.number());
  }
  return result;
}

} // namespace atrium::log
