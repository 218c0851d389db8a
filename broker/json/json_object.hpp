#pragma once

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// A view on the top-level members of one JSON object (RFC 8259), as they stand
/// in the text: values are slices, never numbers or trees, so what passes
/// through the node keeps its big integers, key order and duplicate keys.
/// Refers to the text it was made from.
class json_object {
public:
  /// Deepest nesting of arrays and objects that is accepted.
  static constexpr std::size_t max_depth = 256;

  /// Checks that `text` is exactly one JSON object; nothing otherwise. The
  /// caller has made sure that it is UTF-8.
  static std::optional<json_object> parse(std::string_view text);

  /// Returns the raw text of the member `key`; of the last one where the key
  /// stands several times.
  std::optional<std::string_view> find(std::string_view key) const;

private:
  struct member {
    std::string_view key; // raw: without the quotes, with its escapes
    std::string_view value;
  };

  boost::container::small_vector<member, 12> members_;
};

bool escaped_text_is(std::string_view raw, std::string_view text) noexcept;

/// Returns whether `raw`, which stands between the quotes of a JSON string,
/// means `text`, which is ASCII without quotes, backslashes, slashes and
/// control characters.
inline bool json_text_is(std::string_view raw, std::string_view text) noexcept {
  // \uXXXX is five bytes longer than the character for which it stands.
  return raw.size() < text.size() + 5 ? raw == text
                                      : escaped_text_is(raw, text);
}

/// Returns whether `text` is one JSON value in UTF-8, and nothing else, that
/// may be the member of an object: nested one level less than `json_object`
/// accepts.
bool is_json_value(std::string_view text) noexcept;

/// Returns the text of a raw JSON string, nothing if `raw` is no string or has
/// half a surrogate pair.
std::optional<std::string> json_string(std::string_view raw);

/// Returns the value of a raw JSON number that is an integer without sign,
/// fraction or exponent and fits.
std::optional<std::uint64_t> json_unsigned(std::string_view raw);

} // namespace atrium
