#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

namespace atrium {

class lane_thread;

/// When there is no place for a newcomer, those who have the places are pinged,
/// and whose client stays silent for two seconds is closed (4002): a client
/// whose network is gone must not keep others out for two ping intervals.
/// Newcomers do not wait for that; they find room when they come again. Any
/// thread.
class place_sweep {
public:
  using clock = std::chrono::steady_clock;

  explicit place_sweep(std::vector<lane_thread*> lanes)
    : lanes_(std::move(lanes)) {
    // nop
  }

  /// Has the clients of an address pinged, or some of all, unless that was done
  /// lately.
  void begin(const std::optional<boost::asio::ip::address>& of,
             clock::time_point now);

private:
  bool is_due(std::uint64_t prefix, clock::time_point now);

  std::vector<lane_thread*> lanes_;
  std::mutex mutex_;
  std::map<std::uint64_t, clock::time_point> begun_; // by prefix; 0: all
};

} // namespace atrium
