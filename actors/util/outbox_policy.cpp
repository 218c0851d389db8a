#include "atrium/actors/util/outbox_policy.hpp"

#include <algorithm>
#include <array>

namespace atrium {

namespace {

/// In the order of `outbox_policy`.
constexpr std::array<std::string_view, 3> policy_names
  = {"disconnect", "drop_oldest", "latest_only"};

} // namespace

std::string outbox_policies::add(std::string_view text) {
  auto rule = split_rule(text);
  auto policy
    = std::ranges::find(policy_names, rule ? rule->value : std::string_view{});
  if (policy == policy_names.end())
    return "'" + std::string{text}
           + "' is not PATTERN=POLICY with one of disconnect, drop_oldest and "
             "latest_only";
  table_.set(rule->pattern,
             static_cast<outbox_policy>(policy - policy_names.begin()));
  return {};
}

outbox_policy outbox_policies::find(std::string_view name) const {
  return table_.find(name, outbox_policy::disconnect);
}

} // namespace atrium
