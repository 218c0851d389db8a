#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// One of the servers among which keys are shared out.
struct cluster_server {
  std::string host; ///< A name, an address, or the path of a socket.
  std::uint16_t port = 0;
  std::string name; ///< Tells it from the others.

  bool operator==(const cluster_server&) const = default;
};

/// Returns the server of a cluster at this place, which is its name.
cluster_server server_at(std::string_view host, std::uint16_t port);

/// Says which server has which slot. A value.
class slot_map {
public:
  /// What stands for a slot that no server has.
  static constexpr std::uint16_t nobody = 0xFFFF;

  /// Nobody has any slot.
  slot_map();

  /// Reads the answer to `CLUSTER SLOTS`, which the server at `asked` has
  /// given: a server that does not know how it is called means itself. None:
  /// the answer is an error, or makes no sense.
  static std::optional<slot_map> of_cluster(resp_reply reply,
                                            std::string_view asked);

  /// Shares the slots out to servers that know nothing of each other: the same
  /// on all nodes, whatever the order of the list. When one goes, only its
  /// slots move. Their names must differ.
  static slot_map of_independent(std::vector<cluster_server> servers);

  const std::vector<cluster_server>& servers() const noexcept {
    return servers_;
  }

  /// Returns the index of the server that has a slot, or `nobody`.
  std::uint16_t owner(std::size_t slot) const noexcept {
    return owners_[slot];
  }

  bool operator==(const slot_map&) const = default;

  /// A server has said that another one has this slot.
  void move(std::size_t slot, cluster_server to);

private:
  std::uint16_t index_of(cluster_server x);

  std::vector<cluster_server> servers_;
  std::vector<std::uint16_t> owners_;
};

} // namespace atrium
