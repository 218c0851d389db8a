#include "atrium/net/options/version.hpp"

namespace atrium {

std::string_view version() noexcept {
  return ATRIUM_VERSION; // from project() in CMakeLists.txt
}

} // namespace atrium
