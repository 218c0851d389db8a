#include "atrium/net/inspector/inspect_target.hpp"

#include "atrium/broker/util/percent.hpp"
#include "atrium/net/admission/admission.hpp"

#include <algorithm>
#include <charconv>

namespace atrium {

std::optional<inspect_target> inspect_target::parse(std::string_view text) {
  inspect_target result;
  auto path = path_of(text);
  result.query_ = text.substr(path.size());
  if (path.starts_with("/inspect"))
    path.remove_prefix(std::string_view{"/inspect"}.size());
  while (!path.empty()) {
    auto end = std::min(path.find('/'), path.size());
    // Cut first, decoded then: a name may have a slash in it. `+` stays, since
    // it is a space in queries only.
    auto part = decode_percent(path.substr(0, end), false);
    if (!part)
      return std::nullopt;
    if (!part->empty())
      result.path_.push_back(std::move(*part));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return result;
}

std::string inspect_target::text(std::string_view key) const {
  return query_value(query_, key).value_or("");
}

std::size_t inspect_target::number(std::string_view key, std::size_t otherwise,
                                   std::size_t most) const {
  auto digits = text(key);
  std::size_t result = 0;
  auto end = digits.data() + digits.size();
  auto [at, error] = std::from_chars(digits.data(), end, result);
  if (digits.empty() || at != end || error == std::errc::invalid_argument)
    return otherwise;
  return error == std::errc{} ? std::min(result, most) : most;
}

} // namespace atrium
