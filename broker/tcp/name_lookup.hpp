#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace atrium {

/// Resolves one name at a time, each on a thread that nobody waits for: the C
/// library cannot be interrupted, and takes as long as the name servers do. The
/// thread owns what it needs and ends by itself. For one thread, that of the
/// context.
class name_lookup {
public:
  /// The addresses of a name in the order in which to try them, or why there
  /// are none.
  struct outcome {
    std::vector<boost::asio::ip::tcp::endpoint> found;
    std::string error;
  };

  using handler = std::function<void(outcome)>;

  /// Finds the addresses of a host; may block, must own all that it uses.
  using resolver
    = std::function<outcome(const std::string& host, std::uint16_t port)>;

  /// Resolves by `how`, or else as the machine is set up to.
  explicit name_lookup(boost::asio::io_context& io, resolver how = nullptr);

  name_lookup(const name_lookup&) = delete;
  name_lookup& operator=(const name_lookup&) = delete;

  ~name_lookup();

  /// Calls `done`, never before it returns. While a lookup is under way no
  /// second one is begun: its answer is for whoever has asked last. It has to
  /// be the same host every time. Throws if there is no thread to be had: the
  /// process has 64 of them at most.
  void find(const std::string& host, std::uint16_t port, handler done);

  /// Whoever has asked wants no answer any more; the next one may get it.
  void forget() noexcept;

private:
  struct state;

  resolver how_;
  std::shared_ptr<state> state_;
};

/// Asks the C library for the addresses of `host`. Blocks.
name_lookup::outcome resolve_name(const std::string& host, std::uint16_t port);

} // namespace atrium
