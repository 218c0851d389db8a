#include "atrium/net/options/option_entry.hpp"

#include <cctype>

namespace atrium {

std::vector<std::string> option_entry::visible(const options& from) const {
  auto result = show(from);
  if (mask != nullptr)
    for (auto& x : result)
      x = mask(x);
  return result;
}

std::string option_entry::variable() const {
  std::string res = "ATRIUM_";
  for (auto c : name)
    res += c == '-'
             ? '_'
             : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return res;
}

} // namespace atrium
