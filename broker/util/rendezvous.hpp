#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Returns how much a node wants a key: the same number on every machine and in
/// every version, as good as random for each pair.
std::uint64_t rendezvous_weight(std::string_view key, std::string_view node);

/// Returns the nodes in the order in which they should have the key, at most
/// `most` of them. All who know the same nodes agree; when one goes, only its
/// keys move, to each of the others alike; a new one takes its share from each.
/// Source: Thaler and Ravishankar, "A Name-Based Mapping Scheme for
/// Rendezvous", 1996.
std::vector<std::string> by_rendezvous(std::string_view key,
                                       std::vector<std::string> nodes,
                                       std::size_t most);

} // namespace atrium
