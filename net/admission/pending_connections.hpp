#pragma once

#include "atrium/net/admission/address_table.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/intrusive/list.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace atrium {

/// The TCP connections of a listener that are no WebSockets (yet). Their number
/// is bounded, and so is the share of one address. Where a bound is reached, a
/// newcomer takes the place of the connection that has been idle for longest:
/// the node waits for its client, not the client for the node. So nobody can
/// keep others out by doing nothing. Any thread.
class pending_connections
  : public std::enable_shared_from_this<pending_connections> {
  using hook = boost::intrusive::list_base_hook<
    boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

public:
  struct bounds {
    std::size_t places = 0;
    std::size_t places_of_one = 0; ///< For each address.

    /// File descriptors that these connections may take together with what
    /// `others` have.
    std::size_t sockets = std::numeric_limits<std::size_t>::max();
    std::function<std::size_t()> others = [] { return std::size_t{0}; };
  };

  /// What a connection holds while it waits; it begins as an idle one.
  class place : public hook {
  public:
    place(std::shared_ptr<pending_connections> all, std::uint64_t prefix,
          bool is_counted)
      : all_(std::move(all)), prefix_(prefix), is_counted_(is_counted) {
      // nop
    }

    place(const place&) = delete;
    place& operator=(const place&) = delete;

    ~place() {
      all_->leave(*this);
    }

    /// Sets what closes the connection when another one takes its place: from
    /// any thread, while the mutex is held.
    void on_eviction(std::function<void()> close);

    /// The node waits for the client from now on.
    void idle();

    /// The node works for the client from now on.
    void busy();

  private:
    friend class pending_connections;

    const std::shared_ptr<pending_connections> all_;
    const std::uint64_t prefix_;
    const bool is_counted_; // in the share of its address
    bool is_gone_ = true;   // not let in, or another one has taken it
    std::function<void()> close_;
  };

  explicit pending_connections(bounds most) : most_(std::move(most)) {
    // nop
  }

  /// Takes a place for a connection of this address, or returns null when all
  /// are taken and nobody is idle. `is_shared`: many clients are behind the
  /// address, which therefore has no share of its own.
  std::shared_ptr<place> enter(const boost::asio::ip::address& from,
                               bool is_shared);

  /// Has other places from now on, and as many sockets as before.
  void change_places(std::size_t all, std::size_t of_one);

  /// Whether a newcomer would find no place.
  bool is_full() const;

  /// How many connections wait.
  std::size_t size() const;

  /// How many had to make place for another one.
  std::uint64_t evictions() const;

private:
  using idle_list
    = boost::intrusive::list<place,
                             boost::intrusive::constant_time_size<false>>;

  bool has_room() const;
  bool evict_oldest(const std::uint64_t* of);
  void forget(place& x);
  void leave(place& x);

  bounds most_;
  mutable std::mutex mutex_; // of what follows
  idle_list idle_;           // longest first
  std::unordered_map<std::uint64_t, std::size_t> shares_;
  std::size_t size_ = 0;
  std::uint64_t evictions_ = 0;
};

} // namespace atrium
