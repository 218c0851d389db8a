#pragma once

#include "atrium/actors/owner/word_draft.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

namespace atrium {

/// The ids of the latest messages whose senders have chosen them, and may send
/// them again after they have lost their node: a part of a room's state. One
/// thread.
class recent_events {
public:
  /// How many are known; older ones are forgotten.
  static constexpr std::size_t most = 256;

  bool contains(const std::string& id) const {
    return ids_.contains(id);
  }

  void add(const std::string& id, word_draft& out);

  /// Reads what an owner has saved. Returns false if the field is none of this.
  bool restore(std::string_view field, const std::string& value);

private:
  std::unordered_map<std::string, std::uint64_t> ids_;
  std::map<std::uint64_t, std::string> order_; // as they came
};

} // namespace atrium
