#pragma once

#include "atrium/actors/lane_counters.hpp"

#include <boost/asio/associator.hpp>
#include <boost/system/error_code.hpp>

#include <utility>

namespace atrium {

/// A handler of a read that also counts its bytes; in everything else it is the
/// handler that it wraps.
template <class Handler>
struct counted_read {
  Handler handler;
  tally* bytes;

  void operator()(boost::system::error_code error, std::size_t n) {
    bytes->add(n);
    std::move(handler)(error, n);
  }
};

} // namespace atrium

template <template <class, class> class Associator, class Handler,
          class Default>
struct boost::asio::associator<Associator, atrium::counted_read<Handler>,
                               Default> : Associator<Handler, Default> {
  static auto get(const atrium::counted_read<Handler>& x) noexcept {
    return Associator<Handler, Default>::get(x.handler);
  }

  static auto get(const atrium::counted_read<Handler>& x,
                  const Default& otherwise) noexcept {
    return Associator<Handler, Default>::get(x.handler, otherwise);
  }
};
