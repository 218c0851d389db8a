#pragma once

#include <cstdint>
#include <string>

namespace atrium::tool {

/// Where the internal listener of a node is.
struct node_address {
  /// How its HTTP is carried.
  enum class transport : std::uint8_t { tcp, tls, unix_socket };

  transport by = transport::tcp;
  std::string host = "127.0.0.1"; ///< Name or address, without brackets.
  std::string port = "9080";
  std::string path;   ///< Of the Unix socket.
  std::string prefix; ///< Of all targets, when a proxy serves it below one.

  /// For the header `Host`.
  std::string authority = "127.0.0.1:9080";

  /// As people write it, e.g. `http://127.0.0.1:9080`.
  std::string text = "http://127.0.0.1:9080";

  /// Whether nobody on the way can read or change what is said.
  bool is_private() const;
};

/// Reads `http://HOST[:PORT][/PATH]`, the same with `https`, `unix:///PATH`, or
/// `HOST:PORT`, which is bare HTTP. Returns what is wrong, or nothing; `out`
/// changes only then.
std::string read_node_address(const std::string& text, node_address& out);

} // namespace atrium::tool
