#include "atrium/net/http/http_fields.hpp"

#include "atrium/broker/util/text.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>

namespace atrium {

namespace http = boost::beast::http;

namespace {

using boost::beast::iequals; // of ASCII; Boost's own asks a locale

/// Which of two is meant matters too much to guess; lines of other fields that
/// are no lists make a value that nobody takes for a good one.
constexpr std::array single = {
  http::field::host,
  http::field::origin,
  http::field::authorization,
  http::field::content_type,
  http::field::sec_websocket_key,
  http::field::sec_websocket_version,
};

// Returns where the next `mark` stands outside of a quoted string, or the end.
std::size_t find_unquoted(std::string_view x, char mark) {
  auto quoted = false;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (quoted && x[i] == '\\')
      ++i;
    else if (x[i] == '"')
      quoted = !quoted;
    else if (!quoted && x[i] == mark)
      return i;
  }
  return x.size();
}

// Takes the first part off what is left of a list. It may be empty.
std::string_view take_part(std::string_view& rest, char mark) {
  auto end = find_unquoted(rest, mark);
  auto part = trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

std::vector<std::string_view> parts_of(std::string_view x, char mark) {
  std::vector<std::string_view> result;
  while (!x.empty())
    if (auto part = take_part(x, mark); !part.empty())
      result.push_back(part);
  return result;
}

// A weight of 0, 0.0 and so on means: not that (RFC 9110, 12.4.2).
bool is_refused(std::string_view parameter) {
  return boost::algorithm::istarts_with(parameter, "q=0")
         && parameter.find_first_not_of("0.", 2) == parameter.npos;
}

std::string joined_lines(const http_request& x, std::string_view name) {
  // Lines of Cookie are parts of one (RFC 9113, 8.2.3).
  auto between = iequals(name, "cookie") ? "; " : ", ";
  std::string result;
  auto [first, last] = x.equal_range(name);
  for (auto i = first; i != last; ++i)
    result.append(i == first ? "" : between).append(i->value());
  return result;
}

} // namespace

std::optional<std::string_view> find_field(const http_request& x,
                                           http::field name) {
  for (auto& line : x.base())
    if (line.name() == name)
      return std::string_view{line.value()};
  return std::nullopt;
}

std::vector<std::string_view> elements_of(std::string_view list) {
  return parts_of(list, ',');
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty())
    if (iequals(take_part(list, ','), token))
      return true;
  return false;
}

bool is_media_type(std::string_view value, std::string_view type) {
  return iequals(trimmed(value.substr(0, value.find(';'))), type);
}

bool names_media_type(std::string_view accept, std::string_view type) {
  return std::ranges::any_of(elements_of(accept), [type](std::string_view x) {
    return is_media_type(x, type)
           && std::ranges::none_of(parts_of(x, ';'), is_refused);
  });
}

std::string_view join_lines(http_request& x) {
  // Names are copied: `set` below frees the lines that they stand in.
  std::vector<std::string> several;
  std::string_view before;
  // Beast keeps lines of one name together. Each is compared with one other: of
  // thousands of one name each would else walk over all.
  for (auto& field : x.base()) {
    std::string_view name{field.name_string()};
    if (iequals(name, before)
        && (several.empty() || !iequals(several.back(), name)))
      several.emplace_back(name);
    before = name;
  }
  if (several.empty())
    return {};
  for (auto name : single)
    if (x.count(name) > 1)
      return http::to_string(name);
  for (auto& name : several)
    x.set(name, joined_lines(x, name));
  return {};
}

} // namespace atrium
