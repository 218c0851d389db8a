#pragma once

#include "atrium/net/websocket/outbox.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace atrium::test {

/// Writes up to `most` bytes, as a socket would, and returns them.
inline std::string write(outbox& box, std::size_t most) {
  std::array<iovec, 4> parts{};
  auto n = box.gather(parts);
  std::string result;
  for (std::size_t i = 0; i < n; ++i)
    result.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
  result.resize(std::min(most, result.size()));
  box.consume(result.size());
  return result;
}

} // namespace atrium::test
