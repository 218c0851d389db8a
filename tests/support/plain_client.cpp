#include "support/plain_client.hpp"

#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <utility>

namespace atrium::test {

namespace {

constexpr timeval patience{20, 0};

void check(bool good, const char* what) {
  if (!good)
    throw std::runtime_error(what);
}

} // namespace

plain_client::plain_client(std::uint16_t port, std::string_view user)
  : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  check(::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof(to)) == 0, "cannot connect");
  send("GET /ws?user=" + std::string{user}
       + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  std::string head;
  for (char next; !head.ends_with("\r\n\r\n"); head += next)
    receive_exactly(&next, 1);
  check(head.starts_with("HTTP/1.1 101 "), "no upgrade");
  check(receive().find("\"welcome\"") != std::string_view::npos, "no welcome");
}

plain_client::plain_client(plain_client&& other) noexcept
  : socket_(std::exchange(other.socket_, -1)) {
  // nop
}

plain_client::~plain_client() {
  if (socket_ >= 0)
    ::close(socket_);
}

std::string plain_client::frame_of(std::string_view text) {
  check(text.size() < 126, "too long for a test");
  std::string result{"\x81"};
  result += static_cast<char>(0x80 | text.size());
  return result.append(4, '\0').append(text);
}

void plain_client::send(std::string_view frames) {
  auto sent = ::send(socket_, frames.data(), frames.size(), MSG_NOSIGNAL);
  check(sent == static_cast<ssize_t>(frames.size()), "cannot send");
}

std::string_view plain_client::receive() {
  static std::array<char, 65'536> buffer;
  std::array<unsigned char, 2> start{};
  receive_exactly(reinterpret_cast<char*>(start.data()), start.size());
  std::size_t size = start[1];
  if (size == 126) {
    receive_exactly(reinterpret_cast<char*>(start.data()), start.size());
    size = start[0] * 256U + start[1];
  }
  receive_exactly(buffer.data(), size);
  return {buffer.data(), size};
}

void plain_client::receive_exactly(char* to, std::size_t size) {
  check(::recv(socket_, to, size, MSG_WAITALL) == static_cast<ssize_t>(size), "nothing came");
}

} // namespace atrium::test
