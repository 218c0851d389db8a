#pragma once

#include "atrium/actors/util/outbox_policy.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/util/errc.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace atrium {

/// A number that one thread writes and any other may read. Costs a load and a
/// store: nobody else writes, so nothing has to be locked.
class tally {
public:
  void add(std::uint64_t n = 1) noexcept {
    set(value() + n);
  }

  /// For numbers that also go down.
  void set(std::uint64_t x) noexcept {
    value_.store(x, std::memory_order_relaxed);
  }

  std::uint64_t value() const noexcept {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_ = 0;
};

/// A tally for each of the `Size` values of an enum that counts from 0.
template <class Enum, std::size_t Size>
class tallies {
public:
  tally& operator[](Enum x) noexcept {
    return values_[static_cast<std::size_t>(x)];
  }

  const tally& operator[](Enum x) const noexcept {
    return values_[static_cast<std::size_t>(x)];
  }

private:
  std::array<tally, Size> values_;
};

/// How long something took, in fixed buckets. Like a tally it has one writer.
class latency_histogram {
public:
  /// Upper bounds of all buckets but the last one, which has none.
  static constexpr std::array<std::chrono::microseconds, 14> bounds = {
    std::chrono::microseconds{500},  std::chrono::milliseconds{1},
    std::chrono::microseconds{2500}, std::chrono::milliseconds{5},
    std::chrono::milliseconds{10},   std::chrono::milliseconds{25},
    std::chrono::milliseconds{50},   std::chrono::milliseconds{100},
    std::chrono::milliseconds{250},  std::chrono::milliseconds{500},
    std::chrono::seconds{1},         std::chrono::milliseconds{2500},
    std::chrono::seconds{5},         std::chrono::seconds{10},
  };

  /// Counts `weight` things that took so long; less than nothing is nothing.
  void observe(std::chrono::milliseconds x, std::uint64_t weight) noexcept;

  /// Returns how many fell into the bucket with this index.
  std::uint64_t count(std::size_t bucket) const noexcept {
    return counts_[bucket].value();
  }

  /// Returns the sum of all times.
  std::chrono::milliseconds sum() const noexcept {
    return std::chrono::milliseconds{sum_.value()};
  }

private:
  std::array<tally, bounds.size() + 1> counts_;
  tally sum_; // milliseconds
};

/// What may become of an upgrade request: let in, or the code of the refusal.
/// What is none of these is the last one.
inline constexpr std::array<std::string_view, 11> handshake_results
  = {"accepted",      "forbidden",     "user_name_invalid",
     "token_invalid", "token_expired", "auth_unavailable",
     "auth_broken",   "rate_limited",  "too_many_connections",
     "overloaded",    "other"};

/// What happens on one lane all the time. Written by the lane's thread only and
/// read by any; lanes share no cache line. What happens seldom, anywhere, is in
/// `counters`.
struct alignas(64) lane_counters {
  static constexpr std::size_t scopes = 3;
  static constexpr std::size_t codes
    = static_cast<std::size_t>(errc::internal) + 1;
  static constexpr std::size_t policies = 3;

  tallies<scope, scopes> deliveries; ///< Messages appended to an outbox.
  tallies<scope, scopes> messages;   ///< Requests that the bus has taken.
  tally device_messages;             ///< Durable ones, appended for devices.
  tally device_acks;    ///< Acknowledgements of devices that were taken.
  tally sent_bytes;     ///< Of WebSockets, with their framing.
  tally received_bytes; ///< The same.
  tally flushes;
  tally writes;             ///< System calls.
  tally frames;             ///< Written to the last byte.
  latency_histogram local;  ///< Deliveries of what this node has published.
  latency_histogram remote; ///< Deliveries of what another one has.

  tally connections;           ///< That have got their welcome.
  tally directory_requests;    ///< Sent to the directory by connections.
  tallies<errc, codes> errors; ///< Failures written to clients.
  tally outbox_bytes;          ///< At the latest survey, in all outboxes.
  tally outbox_bytes_max;      ///< The same in the fullest.
  tallies<outbox_policy, policies> overflows; ///< Of outboxes, by what helped.
  std::array<tally, handshake_results.size()> handshakes;

  /// Counts an upgrade request.
  void count_handshake(std::string_view result) noexcept;
};

} // namespace atrium
