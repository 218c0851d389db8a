#pragma once

#include "atrium/net/websocket/outbox.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace atrium::test {

/// Writes up to `most` bytes, as a socket would, and returns them.
inline std::string write(outbox& box, std::size_t most) {
  std::array<boost::asio::const_buffer, 4> buffers;
  auto n = box.gather(buffers);
  std::string result;
  for (std::size_t i = 0; i < n; ++i)
    result.append(static_cast<const char*>(buffers[i].data()), buffers[i].size());
  result.resize(std::min(most, result.size()));
  box.consume(result.size());
  return result;
}

} // namespace atrium::test
