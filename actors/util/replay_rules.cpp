#include "atrium/actors/util/replay_rules.hpp"

#include "atrium/broker/util/text.hpp"

namespace atrium {

std::string replay_rules::add(std::string_view text) {
  auto rule = split_rule(text);
  auto number = rule ? read_decimal(rule->value, most) : std::nullopt;
  if (!number)
    return "'" + std::string{text}
           + "' is not PATTERN=N such as ticker:*=1, with N in 0.."
           + std::to_string(most);
  table_.set(rule->pattern, static_cast<std::size_t>(*number));
  return {};
}

} // namespace atrium
