#pragma once

#include "atrium/actors/limits.hpp"
#include "atrium/broker/inbox_rule.hpp"
#include "atrium/net/admission/api_traffic.hpp"
#include "atrium/net/http/client_rules.hpp"

#include <cstddef>
#include <string>

namespace atrium {

struct file_budget;
struct options;

// What the parts of a node hold on to, as the options of all parts have it. A
// part that has some of it can be given another one when options change.

/// Returns what actors hold on to.
limits limits_of(const options& from);

/// Returns how clients are served by the node of this name.
client_rules rules_of(const options& from, const std::string& node_id);

/// Returns what inboxes keep.
inbox_rule inbox_rule_of(const options& from);

/// Returns how much back ends may ask at a time.
api_traffic::bounds api_bounds_of(const options& from);

/// Returns how many connections there may be: no more than there are file
/// descriptors for, or else those who are one too many would take those of the
/// links to Redis. Logs that; `error` is set if there are none.
std::size_t allowed_connections(const options& from, const file_budget& files,
                                std::string& error);

} // namespace atrium
