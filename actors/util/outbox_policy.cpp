#include "atrium/actors/util/outbox_policy.hpp"

#include "atrium/actors/util/name_pattern.hpp"

#include <algorithm>
#include <array>

namespace atrium {

namespace {

/// In the order of `outbox_policy`.
constexpr std::array<std::string_view, 3> policy_names
  = {"disconnect", "drop_oldest", "latest_only"};

} // namespace

std::string outbox_policies::add(std::string_view rule) {
  // The last one: a room's name may have one in it.
  auto equals = rule.rfind('=');
  auto pattern = rule.substr(0, equals);
  auto name = equals == rule.npos ? "" : rule.substr(equals + 1);
  auto policy = std::ranges::find(policy_names, name);
  if (pattern.empty() || policy == policy_names.end())
    return "'" + std::string{rule}
           + "' is not PATTERN=POLICY with one of disconnect, drop_oldest and "
             "latest_only";
  std::erase_if(entries_, [&](auto& x) { return x.pattern == pattern; });
  // Longest first, so the first pattern that fits is the one that decides.
  auto shorter = [&](auto& x) { return x.pattern.size() < pattern.size(); };
  entries_.insert(std::ranges::find_if(entries_, shorter),
                  {std::string{pattern},
                   static_cast<outbox_policy>(policy - policy_names.begin())});
  return {};
}

outbox_policy outbox_policies::find(std::string_view name) const {
  auto i = std::ranges::find_if(entries_,
                                [=](auto& x) { return fits(x.pattern, name); });
  return i != entries_.end() ? i->policy : outbox_policy::disconnect;
}

} // namespace atrium
