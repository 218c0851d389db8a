#include "atrium/broker/tcp/name_lookup.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <netdb.h>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace asio = boost::asio;

namespace atrium {

namespace {

using asio::ip::tcp;

// Threads that resolve, of the whole process; those that nobody waits for any
// more are among them until the C library gives up, which may take a minute.
constexpr int max_threads = 64;

std::atomic<int> threads = 0;

// `EAI_SYSTEM` hides the cause in `errno`; so do other codes when the library
// could not even open its files or a socket.
std::string explain(int code, int cause) {
  if (code == EAI_SYSTEM)
    return std::generic_category().message(cause);
  std::string result = ::gai_strerror(code);
  if (cause == EMFILE || cause == ENFILE || cause == ENOMEM)
    result += ": " + std::generic_category().message(cause);
  return result;
}

std::optional<tcp::endpoint> endpoint_of(const addrinfo& x) {
  tcp::endpoint result;
  if (x.ai_addrlen > result.capacity())
    return std::nullopt;
  std::memcpy(result.data(), x.ai_addr, x.ai_addrlen);
  result.resize(x.ai_addrlen);
  return result;
}

} // namespace

name_lookup::outcome resolve_name(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  // An old error must not explain this failure.
  errno = 0;
  auto code
    = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (code != 0)
    return {{}, explain(code, errno)};
  std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list,
                                                             ::freeaddrinfo};
  name_lookup::outcome result;
  for (auto* x = list; x != nullptr; x = x->ai_next)
    if (auto one = endpoint_of(*x))
      result.found.push_back(*one);
  if (result.found.empty())
    result.error = "the name has no address";
  return result;
}

// Shared with the thread, which learns under the lock whether anybody is left.
struct name_lookup::state : std::enable_shared_from_this<state> {
  explicit state(asio::io_context& context) : io(&context) {
    // nop
  }

  // From the thread of the lookup.
  void finish(outcome x) {
    std::lock_guard guard{mutex};
    // Posted under the lock: the context may be destroyed once the destructor
    // has held the lock.
    if (io != nullptr)
      asio::post(*io, [me = shared_from_this(), x = std::move(x)]() mutable {
        me->deliver(std::move(x));
      });
  }

  void deliver(outcome x) {
    busy = false;
    if (auto to = std::exchange(done, nullptr))
      to(std::move(x));
    else
      late = std::move(x);
  }

  std::mutex mutex;
  asio::io_context* io; // null: nobody is left
  handler done;         // this and the rest: only the thread of the context
  bool busy = false;
  std::optional<outcome> late; // came when nobody waited
};

name_lookup::name_lookup(asio::io_context& io, resolver how)
  : how_(how ? std::move(how) : resolve_name),
    state_(std::make_shared<state>(io)) {
  // nop
}

name_lookup::~name_lookup() {
  std::lock_guard guard{state_->mutex};
  state_->io = nullptr;
  state_->done = nullptr;
}

void name_lookup::find(const std::string& host, std::uint16_t port,
                       handler done) {
  boost::system::error_code is_name;
  auto address = asio::ip::make_address(host, is_name);
  if (!is_name) {
    outcome known;
    known.found.emplace_back(address, port);
    state_->late = std::move(known);
  }
  state_->done = std::move(done);
  if (auto x = std::exchange(state_->late, std::nullopt)) {
    auto arrives = [me = state_, x = std::move(*x)]() mutable {
      me->deliver(std::move(x));
    };
    asio::post(*state_->io, std::move(arrives));
    return;
  }
  if (state_->busy)
    return;
  if (threads.fetch_add(1) >= max_threads) {
    --threads;
    throw std::runtime_error{"too many names are being resolved"};
  }
  auto resolve = [how = how_, to = state_, host, port] {
    outcome x;
    try {
      x = how(host, port);
    } catch (const std::exception& e) {
      x = {{}, e.what()};
    }
    try {
      to->finish(std::move(x));
    } catch (const std::exception&) { // no memory; whoever waits has a timeout
    }
    --threads;
  };
  try {
    std::thread{std::move(resolve)}.detach();
  } catch (...) {
    --threads;
    throw;
  }
  state_->busy = true;
}

void name_lookup::forget() noexcept {
  // Ends with what the handler owns, which may be this object.
  auto gone = std::exchange(state_->done, nullptr);
}

} // namespace atrium
