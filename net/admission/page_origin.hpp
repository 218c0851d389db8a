#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Where a page comes from, as an Origin header says (RFC 6454): compared by
/// scheme, host and port, of which case, a port that the scheme has anyway and
/// the spelling of an IPv6 address do not matter. A name stays as it is: with a
/// dot at its end it is another one, and `xn--` is not decoded.
struct page_origin {
  std::string scheme;
  std::string host;       ///< An IPv6 address without brackets.
  std::uint16_t port = 0; ///< 0: the scheme has none, as `file` and `app`.

  bool operator==(const page_origin&) const = default;

  /// Reads a serialised origin (RFC 6454, 6.2), e.g. `https://a.example:8443`,
  /// `capacitor://localhost` or `file://`; nothing if it is none. `null` is
  /// none: it is the origin of many.
  static std::optional<page_origin> parse(std::string_view text);

  /// The same of a page whose host and port a Host header says.
  static std::optional<page_origin> of(std::string_view scheme,
                                       std::string_view authority);
};

/// Returns whether two serialised origins are the same, `null` included.
bool is_same_origin(std::string_view a, std::string_view b);

} // namespace atrium
