#include "atrium/broker/redis/check/redis_report.hpp"

#include <algorithm>
#include <functional>

namespace atrium {

void redis_report::add(redis_finding x) {
  for (auto& c : x.text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f')
      c = '.';
  all_.push_back(std::move(x));
}

std::vector<redis_finding> redis_report::worst_first() const {
  auto result = all_;
  std::ranges::stable_sort(result, std::greater<>{}, &redis_finding::severity);
  return result;
}

bool redis_report::has_errors() const noexcept {
  return std::ranges::any_of(
    all_, [](auto& x) { return x.severity == redis_severity::error; });
}

} // namespace atrium
