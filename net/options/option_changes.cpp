#include "atrium/net/options/option_changes.hpp"

#include "atrium/net/options/options.hpp"

namespace atrium {

namespace {

using strings = std::vector<std::string>;

bool is_off(const strings& values) {
  return values.empty() || values.front().empty() || values.front() == "0";
}

bool is_live(const option_entry& option, const strings& before,
             const strings& after) {
  if (option.liveness == liveness::while_on)
    return is_off(before) == is_off(after);
  return option.liveness == liveness::full;
}

std::string joined(const strings& values) {
  std::string result;
  for (auto& x : values)
    result += (result.empty() ? "" : ", ") + x;
  return result;
}

} // namespace

std::vector<option_change> changes_between(const options& before,
                                           const options& after,
                                           const option_table& table) {
  std::vector<option_change> result;
  for (auto& x : table) {
    auto old = x.show(before);
    auto now = x.show(after);
    if (old != now)
      result.push_back({&x, now, joined(x.visible(before)),
                        joined(x.visible(after)), is_live(x, old, now)});
  }
  return result;
}

options with_live(const options& before,
                  const std::vector<option_change>& changes) {
  auto result = before;
  for (auto& x : changes)
    if (x.is_live)
      x.option->store(result, x.values); // has been read before: it is sound
  return result;
}

} // namespace atrium
