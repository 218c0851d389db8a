#include "atrium/net/options/variables.hpp"

#include <unistd.h>

namespace atrium {

variable_map process_variables() {
  variable_map res;
  for (auto variable = ::environ; variable && *variable; ++variable) {
    std::string text = *variable;
    auto equals = text.find('=');
    if (equals != text.npos)
      res.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return res;
}

} // namespace atrium
