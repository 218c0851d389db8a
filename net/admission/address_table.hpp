#pragma once

#include <boost/asio/ip/address.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

namespace atrium {

/// Counts connections by where they come from: an IPv4 address, or the /64 of
/// an IPv6 address, which is what one customer gets (RFC 6177). Any thread.
class address_table {
public:
  /// One connection of an address; gives its place back when it dies. The table
  /// must outlive it.
  class permit {
  public:
    permit() = default;
    permit(permit&& other) noexcept
      : table_(std::exchange(other.table_, nullptr)), prefix_(other.prefix_) {
      // nop
    }
    permit& operator=(permit&& other) noexcept {
      std::swap(table_, other.table_);
      std::swap(prefix_, other.prefix_);
      return *this;
    }
    ~permit() {
      if (table_ != nullptr)
        table_->leave(prefix_);
    }

  private:
    friend class address_table;

    permit(address_table& table, std::uint64_t prefix)
      : table_(&table), prefix_(prefix) {
      // nop
    }

    address_table* table_ = nullptr;
    std::uint64_t prefix_ = 0;
  };

  /// `most` connections of one address; 0 means no limit, and then nothing is
  /// counted.
  explicit address_table(std::size_t most) : most_(most) {
    // nop
  }

  /// Takes a place, or returns nothing if the address has as many as it may.
  std::optional<permit> enter(const boost::asio::ip::address& from);

  /// Returns the same number for addresses that count as one; never 0.
  static std::uint64_t prefix_of(const boost::asio::ip::address& from);

  /// Takes a place unless the address has `most` of them, whatever the bound of
  /// the table is; more than none.
  std::optional<permit> enter(const boost::asio::ip::address& from,
                              std::size_t most);

  /// Has another bound from now on. Who came while there was none is not
  /// counted.
  void change_bound(std::size_t most) {
    most_ = most;
  }

  /// Returns how many addresses are in the table.
  std::size_t size() const;

private:
  void leave(std::uint64_t prefix);

  std::atomic<std::size_t> most_;
  mutable std::mutex mutex_;
  std::unordered_map<std::uint64_t, std::size_t> connections_;
};

} // namespace atrium
