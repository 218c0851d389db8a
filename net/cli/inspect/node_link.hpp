#pragma once

#include "atrium/net/cli/inspect/exchange.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium::tool {

/// The tool's way to a node: asks its internal listener by HTTP. Every wait is
/// finite. Lives on one thread, that of its `io_context`.
class node_link {
public:
  explicit node_link(const inspect_options& from);

  /// Reads the token and whom to trust. Returns what is wrong with these files,
  /// or nothing; before anything is asked. Blocks.
  std::string prepare();

  /// Asks without waiting: `then` is called once, while somebody runs `io()`.
  void ask(node_request what, std::function<void(node_response)> then);

  /// Asks and waits; runs `io()` meanwhile.
  node_response ask(node_request what);

  boost::asio::io_context& io() {
    return io_;
  }

  /// Whether the system still looks for the address of the node: then the end
  /// of this object would wait for that, for as long as it takes.
  bool is_resolving() const {
    return terms_->resolving != 0;
  }

private:
  std::shared_ptr<exchange_terms> terms_;
  boost::asio::io_context io_{1};
};

} // namespace atrium::tool
