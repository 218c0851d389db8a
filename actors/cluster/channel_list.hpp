#pragma once

#include "atrium/actors/cluster/survey_result.hpp"
#include "atrium/actors/inspection.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace atrium {

/// Rooms with members, on all nodes: what the nodes say to a survey of the kind
/// "channels". The name of such a survey is a pattern (`glob`), or empty for
/// all rooms.
struct channel_list {
  std::map<std::string, std::uint64_t> rooms; ///< Connections in it, by name.

  /// A node has more rooms than its answer has room for; the smallest are
  /// missing.
  bool is_truncated = false;

  /// Names of nodes that have not answered, or not with a list.
  std::vector<std::string> silent;

  std::string error; ///< As in a `survey_result`.
};

/// What one node answers: `{"rooms":{NAME:MEMBERS,…}}`, and `"truncated":true`
/// where there are more.
std::string to_json(const occupied_rooms& x);

/// Adds up what the nodes have answered. Who answers something else, such as a
/// node of an older version, counts as silent.
channel_list merge_channels(const survey_result& x);

} // namespace atrium
