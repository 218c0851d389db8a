#include "atrium/broker/json/json_object.hpp"

#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace atrium {

namespace {

std::optional<std::string> decode_escapes(std::string_view raw) {
  // Fails for half a surrogate pair, which the scanner accepts: it has no form
  // in UTF-8.
  auto value = nlohmann::json::parse(raw, nullptr, /*allow_exceptions*/ false);
  if (!value.is_string())
    return std::nullopt;
  return std::move(value.get_ref<std::string&>());
}

} // namespace

std::optional<json_object> json_object::parse(std::string_view text) {
  std::optional<json_object> result{std::in_place};
  json_scanner in{text};
  auto whole = in.only_object([&](std::string_view key) {
    // The object itself is the first level.
    auto value = in.take_value(max_depth - 1);
    result->members_.push_back({key, value});
    return !value.empty();
  });
  if (!whole)
    result.reset();
  return result;
}

std::optional<std::string_view> json_object::find(std::string_view key) const {
  // Searches from the end: of equal keys the last one counts, as in JavaScript.
  // A map would cost more than a few look-ups among a dozen members.
  auto i = std::find_if(members_.rbegin(), members_.rend(),
                        [&](auto& x) { return json_text_is(x.key, key); });
  if (i == members_.rend())
    return std::nullopt;
  return i->value;
}

// Compares without decoding: a frame may have thousands of escaped keys. Only
// \uXXXX can stand for a character that is looked for.
bool escaped_text_is(std::string_view raw, std::string_view text) noexcept {
  for (auto c : text) {
    if (raw.empty())
      return false;
    unsigned code = static_cast<unsigned char>(raw.front());
    std::size_t used = 1;
    if (raw.starts_with("\\u") && raw.size() >= 6) {
      std::from_chars(raw.data() + 2, raw.data() + 6, code, 16);
      used = 6;
    }
    if (code != static_cast<unsigned char>(c))
      return false;
    raw.remove_prefix(used);
  }
  return raw.empty();
}

bool is_json_value(std::string_view text) noexcept {
  json_scanner in{text};
  in.space();
  if (!in.value(json_object::max_depth - 1))
    return false;
  in.space();
  return in.at_end() && is_utf8(text);
}

std::optional<std::string> json_string(std::string_view raw) {
  // `raw` is a slice of a `json_object`, which has checked quotes and escapes.
  if (raw.size() < 2 || raw.front() != '"')
    return std::nullopt;
  if (raw.find('\\') != std::string_view::npos)
    return decode_escapes(raw);
  return std::string{raw.substr(1, raw.size() - 2)};
}

std::optional<std::uint64_t> json_unsigned(std::string_view raw) {
  std::uint64_t value = 0;
  auto end = raw.data() + raw.size();
  // from_chars accepts no sign for an unsigned type, and the scanner has
  // refused leading zeros: each value has one text.
  auto [at, error] = std::from_chars(raw.data(), end, value);
  if (error != std::errc{} || at != end)
    return std::nullopt;
  return value;
}

} // namespace atrium
