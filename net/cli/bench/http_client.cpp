#include "atrium/net/cli/bench/http_client.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace atrium::bench {

http_client::~http_client() {
  if (fd_ >= 0)
    ::close(fd_);
}

bool http_client::connect(const endpoint& to) {
  fd_ = to.connect(0);
  return fd_ >= 0;
}

void http_client::send(std::string_view request) {
  parser_ = std::make_unique<parser>();
  parser_->eager(true);
  unsent_ = request;
}

bool http_client::write() {
  if (unsent_.empty())
    return true;
  auto sent = ::send(fd_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0)
    return errno == EAGAIN || errno == EINTR;
  unsent_.remove_prefix(static_cast<std::size_t>(sent));
  return true;
}

http_client::outcome http_client::read() {
  std::array<char, 65'536> bytes;
  auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return outcome::nothing;
  if (got <= 0)
    return outcome::lost;
  return take({bytes.data(), static_cast<std::size_t>(got)});
}

http_client::outcome http_client::take(std::string_view bytes) {
  buffer_ += bytes;
  boost::system::error_code error;
  auto used = parser_->put(boost::asio::buffer(buffer_), error);
  buffer_.erase(0, used);
  if (error && error != boost::beast::http::error::need_more)
    return outcome::lost;
  return parser_->is_done() ? outcome::answer : outcome::nothing;
}

std::string post_request(const endpoint& to, std::string_view path,
                         std::string_view api_key, std::string_view body) {
  return concat({"POST ", to.path, path, " HTTP/1.1\r\nHost: ", to.authority,
                 "\r\nContent-Type: application/json\r\n",
                 api_key.empty() ? "" : "X-API-Key: ", api_key,
                 api_key.empty() ? "" : "\r\n", "Content-Length: ",
                 std::to_string(body.size()), "\r\n\r\n", body});
}

} // namespace atrium::bench
