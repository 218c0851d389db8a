#include "atrium/actors/util/history_rules.hpp"

#include "atrium/broker/util/text.hpp"

#include <optional>

namespace atrium {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t most_messages = 1'000'000;
constexpr std::chrono::seconds longest_ttl = 366 * 24h;

std::chrono::seconds unit_of(char letter) {
  switch (letter) {
  case 's':
    return 1s;
  case 'm':
    return 1min;
  case 'h':
    return 1h;
  case 'd':
    return 24h;
  default:
    return 0s;
  }
}

std::optional<std::chrono::seconds> read_ttl(std::string_view text) {
  if (text.empty())
    return std::nullopt;
  auto unit = unit_of(text.back());
  text.remove_suffix(1);
  // In seconds no more than this: the product does not overflow.
  auto number = read_decimal(text, longest_ttl.count());
  if (!number)
    return std::nullopt;
  auto ttl = static_cast<std::int64_t>(*number) * unit;
  return ttl >= 1s && ttl <= longest_ttl ? std::optional{ttl} : std::nullopt;
}

std::optional<history_rule> read_value(std::string_view text) {
  if (text == "off")
    return history_rule{};
  auto comma = text.find(',');
  if (comma == text.npos)
    return std::nullopt;
  auto count = read_decimal(text.substr(0, comma), most_messages);
  auto ttl = read_ttl(text.substr(comma + 1));
  if (!count || *count == 0 || !ttl)
    return std::nullopt;
  return history_rule{static_cast<std::size_t>(*count), *ttl};
}

} // namespace

std::string history_rules::add(std::string_view text) {
  auto rule = split_rule(text);
  auto value = rule ? read_value(rule->value) : std::nullopt;
  if (!value)
    return "'" + std::string{text}
           + "' is not PATTERN=COUNT,TTL such as chat:*=1000,24h, with a COUNT "
             "in 1..1000000 and a TTL in 1s..366d (s, m, h or d), nor "
             "PATTERN=off";
  table_.set(rule->pattern, *value);
  return {};
}

} // namespace atrium
