#pragma once

#include "atrium/net/cli/bench/endpoint.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace atrium::bench {

/// One connection that sends a request when the last one is answered. Its
/// socket does not block; the owner waits for it.
class http_client {
public:
  http_client() = default;
  ~http_client();
  http_client(const http_client&) = delete;
  http_client& operator=(const http_client&) = delete;

  /// Starts to connect. False, and errno, if that fails at once.
  bool connect(const endpoint& to);

  int fd() const {
    return fd_;
  }

  /// Sends a request, which has to live until it is answered.
  void send(std::string_view request);

  /// Writes what the socket has not taken yet; false if the connection has
  /// failed.
  bool write();

  /// Whether `write` has to be called when the socket takes more.
  bool wants_out() const {
    return !unsent_.empty();
  }

  /// What `read` has found.
  enum class outcome { nothing, answer, lost };

  /// Reads once.
  outcome read();

  // -- of the latest answer ---------------------------------------------------

  unsigned status() const {
    return parser_->get().result_int();
  }

  const std::string& body() const {
    return parser_->get().body();
  }

private:
  using parser
    = boost::beast::http::response_parser<boost::beast::http::string_body>;

  outcome take(std::string_view bytes);

  int fd_ = -1;
  std::string_view unsent_;
  std::string buffer_; ///< What the parser has not taken yet.
  std::unique_ptr<parser> parser_;
};

/// Returns a POST of JSON as HTTP/1.1 has it.
std::string post_request(const endpoint& to, std::string_view path,
                         std::string_view api_key, std::string_view body);

} // namespace atrium::bench
