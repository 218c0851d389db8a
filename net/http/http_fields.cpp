#include "atrium/net/http/http_fields.hpp"

#include "atrium/broker/util/text.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace atrium {

namespace http = boost::beast::http;

namespace {

using boost::algorithm::iequals;

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

std::vector<std::string_view> parts_of(std::string_view x, char mark) {
  std::vector<std::string_view> result;
  while (!x.empty()) {
    auto end = find_unquoted(x, mark);
    if (auto part = trimmed(x.substr(0, end)); !part.empty())
      result.push_back(part);
    x.remove_prefix(std::min(end + 1, x.size()));
  }
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

std::vector<std::string_view> elements_of(std::string_view list) {
  return parts_of(list, ',');
}

bool has_token(std::string_view list, std::string_view token) {
  return std::ranges::any_of(elements_of(list), [token](std::string_view x) {
    return iequals(x, token);
  });
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
  for (auto name : single)
    if (x.count(name) > 1)
      return http::to_string(name);
  // Names are copied: `set` below frees the lines that they stand in.
  std::vector<std::string> several;
  for (auto& field : x.base()) {
    // Not by count(), which is as long as there are lines: of thousands of one
    // name each would walk over all.
    auto [first, last] = x.equal_range(field.name_string());
    if (first != last && std::next(first) != last)
      several.emplace_back(field.name_string());
  }
  for (auto& name : several)
    if (x.count(name) > 1) // not joined yet
      x.set(name, joined_lines(x, name));
  return {};
}

} // namespace atrium
