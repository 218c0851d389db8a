#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace atrium::test {

/// A WebSocket client that allocates nothing once it is connected, so that
/// what the process allocates is what the node does. Blocks; for one thread.
class plain_client {
public:
  /// Connects to 127.0.0.1 and takes the welcome. Throws std::runtime_error.
  plain_client(std::uint16_t port, std::string_view user);

  plain_client(plain_client&& other) noexcept;
  plain_client& operator=(plain_client&&) = delete;

  ~plain_client();

  /// Returns `text` as a client's frame, masked with zeros; for a `send` of
  /// several frames at once.
  static std::string frame_of(std::string_view text);

  /// Writes frames as they are.
  void send(std::string_view frames);

  /// Reads one frame and returns its payload, valid until the next call.
  std::string_view receive();

private:
  void receive_exactly(char* to, std::size_t size);

  int socket_;
};

} // namespace atrium::test
