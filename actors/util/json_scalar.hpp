#pragma once

#include "atrium/actors/util/json_source.hpp"

#include <chrono>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <ratio>
#include <string>
#include <type_traits>

// Reads text, numbers and times as `json_value` writes them; see
// `json_reading`.

namespace atrium {

inline bool read_scalar(json_source in, bool& x) {
  return in.read(x);
}

inline bool read_scalar(json_source in, std::string& x) {
  return in.read(x);
}

template <std::integral T>
bool read_scalar(json_source in, T& x) {
  using wide
    = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  using limits = std::numeric_limits<T>;
  wide y = 0;
  if (!in.read(y))
    return false;
  if (y < wide{limits::min()} || y > wide{limits::max()})
    return in.fail("out of range");
  x = static_cast<T>(y);
  return true;
}

template <std::floating_point T>
bool read_scalar(json_source in, T& x) {
  double y = 0;
  if (!in.read(y))
    return false;
  if (std::abs(y) > static_cast<double>(std::numeric_limits<T>::max()))
    return in.fail("out of range");
  x = static_cast<T>(y);
  return true;
}

template <class Clock, class Duration>
bool read_scalar(json_source in, std::chrono::time_point<Clock, Duration>& x) {
  using namespace std::chrono;
  using exact = duration<double, std::milli>;
  std::int64_t ms = 0;
  if (!in.read(ms))
    return false;
  if constexpr (std::ratio_less_v<typename Duration::period, std::milli>) {
    auto y = static_cast<double>(ms);
    if (y <= exact{Duration::min()}.count()
        || y >= exact{Duration::max()}.count())
      return in.fail("out of range");
  }
  x = time_point<Clock, Duration>{duration_cast<Duration>(milliseconds{ms})};
  return true;
}

template <class Rep, class Period>
bool read_scalar(json_source in, std::chrono::duration<Rep, Period>& x) {
  using namespace std::chrono;
  using target = duration<Rep, Period>;
  double seconds = 0;
  if (!in.read(seconds))
    return false;
  if (std::isnan(seconds))
    return in.fail("not a number");
  auto y = duration<double, Period>{duration<double>{seconds}}.count();
  if constexpr (std::is_floating_point_v<Rep>)
    x = target{static_cast<Rep>(y)};
  else if (y >= static_cast<double>(target::max().count()))
    x = target::max();
  else if (y <= static_cast<double>(target::min().count()))
    x = target::min();
  else
    x = target{static_cast<Rep>(std::llround(y))};
  return true;
}

} // namespace atrium
