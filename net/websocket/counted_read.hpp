#pragma once

#include "atrium/actors/util/lane_counters.hpp"
#include "atrium/net/websocket/frame_meter.hpp"

#include <boost/asio/associator.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

/// A handler of a read that also counts what has come into `buffers`, its bytes
/// and its frames; in everything else it is the handler that it wraps.
template <class Handler, class Buffers>
struct counted_read {
  Handler handler;
  Buffers buffers;
  tally* bytes;
  frame_meter* frames;

  void operator()(boost::system::error_code error, std::size_t n) {
    bytes->add(n);
    auto rest = n;
    for (auto i = boost::asio::buffer_sequence_begin(buffers);
         rest > 0 && i != boost::asio::buffer_sequence_end(buffers); ++i) {
      boost::asio::const_buffer x{*i};
      auto size = std::min(rest, x.size());
      frames->take({static_cast<const char*>(x.data()), size});
      rest -= size;
    }
    std::move(handler)(error, n);
  }
};

} // namespace atrium

template <template <class, class> class Associator, class Handler,
          class Buffers, class Default>
struct boost::asio::associator<Associator,
                               atrium::counted_read<Handler, Buffers>, Default>
  : Associator<Handler, Default> {
  static auto get(const atrium::counted_read<Handler, Buffers>& x) noexcept {
    return Associator<Handler, Default>::get(x.handler);
  }

  static auto get(const atrium::counted_read<Handler, Buffers>& x,
                  const Default& otherwise) noexcept {
    return Associator<Handler, Default>::get(x.handler, otherwise);
  }
};
