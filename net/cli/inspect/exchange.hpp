#pragma once

#include "atrium/net/cli/inspect/inspect_options.hpp"

#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace boost::asio::ssl {
class context;
} // namespace boost::asio::ssl

namespace atrium::tool {

/// What is asked of the inspector; with a body it is an act.
struct node_request {
  std::string target; ///< Behind `/inspect/`: `rooms/lobby`.
  std::optional<std::string> body;
};

/// What the node has said, or why it has not, for people to read.
struct node_response {
  std::string json;
  std::string error; ///< Empty: there is an answer. Printable.
};

/// What all requests to one node have in common.
struct exchange_terms {
  inspect_options from;
  std::shared_ptr<boost::asio::ssl::context> tls; ///< Null: without.

  /// Look-ups of the node's name that the system has not ended yet.
  std::size_t resolving = 0;
};

/// Sends one request over a connection of its own (RFC 9112), within the
/// timeout of the options. `then` is called once, by whoever runs `io`.
void exchange(boost::asio::io_context& io,
              std::shared_ptr<exchange_terms> terms, node_request what,
              std::function<void(node_response)> then);

} // namespace atrium::tool
