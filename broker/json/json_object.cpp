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

// Compares without decoding: a frame may have thousands of escaped keys. The
// keys that anybody looks for are plain ASCII, so only \uXXXX can matter.
bool same_key(std::string_view raw, std::string_view key) {
  for (auto c : key) {
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

} // namespace

std::optional<json_object> json_object::parse(std::string_view text) {
  json_object result;
  json_scanner in{text};
  auto slice
    = [&](std::size_t from) { return text.substr(from, in.position() - from); };
  if (!in.token('{'))
    return std::nullopt;
  if (!in.token('}')) {
    do {
      in.space();
      auto from = in.position();
      if (!in.string())
        return std::nullopt;
      auto key = slice(from + 1);
      key.remove_suffix(1);
      if (!in.token(':'))
        return std::nullopt;
      in.space();
      from = in.position();
      // The object itself is the first level.
      if (!in.value(max_depth - 1))
        return std::nullopt;
      result.members_.push_back({key, slice(from)});
    } while (in.token(','));
    if (!in.token('}'))
      return std::nullopt;
  }
  in.space();
  if (!in.at_end())
    return std::nullopt;
  return result;
}

std::optional<std::string_view> json_object::find(std::string_view key) const {
  // Searches from the end: of equal keys the last one counts, as in JavaScript.
  // A map would cost more than a few look-ups among a dozen members.
  auto i = std::find_if(members_.rbegin(), members_.rend(),
                        [&](auto& x) { return same_key(x.key, key); });
  if (i == members_.rend())
    return std::nullopt;
  return i->value;
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
