#pragma once

#include "atrium/actors/util/semaphore.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace atrium {

/// What the HTTP API does and has done since the start, with the bounds of what
/// is under way. Any thread.
struct api_traffic {
  using counter = std::atomic<std::uint64_t>;

  /// Why a request is refused before it is a command.
  struct refusals {
    counter key = 0;        ///< 401
    counter right = 0;      ///< 403
    counter path = 0;       ///< 404
    counter malformed = 0;  ///< 400
    counter too_large = 0;  ///< 413
    counter overloaded = 0; ///< 503
  };

  /// The error codes of commands; what is none of them counts as the first.
  static constexpr std::array<unsigned, 10> codes
    = {100, 101, 102, 103, 104, 106, 107, 108, 111, 112};

  /// Bounds of requests: of the body of one, how many there are at a time, and
  /// the bodies of these together.
  struct bounds {
    std::size_t body = 0;
    std::size_t requests = 0;
    std::size_t bytes = 0;
  };

  api_traffic(std::vector<std::string_view> method_names, const bounds& by)
    : max_body(by.body),
      requests(std::make_shared<semaphore>(by.requests)),
      bytes(std::make_shared<semaphore>(by.bytes)),
      methods(std::move(method_names)),
      commands(methods.size()) {
    // nop
  }

  /// Has other bounds for requests to come; those that are under way stay.
  void resize(const bounds& to) {
    max_body = to.body;
    requests->resize(to.requests);
    bytes->resize(to.bytes);
  }

  void failed(unsigned code) noexcept {
    std::size_t i = 0;
    while (i + 1 < codes.size() && codes.at(i) != code)
      ++i;
    ++errors.at(codes.at(i) == code ? i : 0);
  }

  std::atomic<std::size_t> max_body; ///< Bytes of the body of a request.
  const std::shared_ptr<semaphore> requests; ///< Under way.
  const std::shared_ptr<semaphore> bytes;    ///< Of their bodies.
  const std::vector<std::string_view> methods;
  std::vector<counter> commands; ///< By method; those of batches, too.
  std::array<counter, codes.size()> errors{};
  refusals refused;
};

} // namespace atrium
