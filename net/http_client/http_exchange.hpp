#pragma once

#include "atrium/net/http_client/http_url.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct ssl_ctx_st;

namespace atrium {

/// A POST of JSON.
struct http_post {
  http_url url;
  std::shared_ptr<ssl_ctx_st> trust; ///< Null: bare HTTP.
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::string body;

  /// For so long an address may take to accept a connection.
  std::chrono::milliseconds patience{5'000};
};

/// What became of it.
struct http_result {
  std::string error = {}; ///< Why there is no whole answer; empty: there is.
  bool is_unreadable = false; ///< Rather: there is one, and it is no HTTP.
  unsigned status = 0;
  std::string retry_after = {}; ///< The field of this name.
  std::string body = {};        ///< At most 64 KiB, or it is an error.
};

/// One request to a server that the operator has named, on a connection of its
/// own. Lives on the thread of its context, kept alive by the operation that is
/// under way. Knows no deadline: whoever asks cancels.
class http_exchange {
public:
  using handler = std::function<void(http_result)>;

  virtual ~http_exchange() = default;

  /// Begins; `done` is called once, never before this returns, unless `cancel`
  /// comes first.
  static std::shared_ptr<http_exchange> begin(boost::asio::io_context& io,
                                              http_post what, handler done);

  /// Gives up; `done` is not called any more.
  virtual void cancel() = 0;
};

} // namespace atrium
