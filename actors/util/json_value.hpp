#pragma once

#include "atrium/broker/json/json_writer.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace atrium {

/// JSON that is written as it stands.
struct raw_json {
  std::string text;
};

/// Writes values of C++ as JSON. What has an overload of `inspect` for the
/// `Inspector` is what the inspector makes of it; durations are seconds, points
/// in time milliseconds since 1970, maps with text keys objects, other ranges
/// and pairs arrays, optionals and pointers their value or null, enumerations
/// what `to_string` says, or their number. In text that is not UTF-8, what is
/// not ASCII becomes `?`.
template <class Inspector>
class json_value {
public:
  template <class T>
  static void append(json_writer& out, const T& x) {
    if constexpr (std::is_same_v<T, raw_json>)
      out.raw(x.text);
    else if constexpr (std::is_same_v<T, bool>)
      out.boolean(x);
    else if constexpr (std::is_floating_point_v<T>)
      out.decimal(x);
    else if constexpr (std::is_integral_v<T>)
      out.number(x);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
      out.any_text(x);
    else if constexpr (requires(Inspector & f, T & y) { inspect(f, y); })
      append_object(out, const_cast<T&>(x));
    else
      append_other(out, x);
  }

private:
  template <class T>
  static void append_object(json_writer& out, T& x) {
    Inspector f;
    if (auto error = inspect(f, x))
      out.null();
    else
      out.raw(f.take());
  }

  template <class T>
  static void append_other(json_writer& out, const T& x) {
    using namespace std::chrono;
    if constexpr (requires { x.load(); })
      append(out, x.load());
    else if constexpr (requires { x.time_since_epoch(); })
      append(out, duration_cast<milliseconds>(x.time_since_epoch()).count());
    else if constexpr (requires { typename T::period; })
      append(out, duration<double>(x).count());
    else if constexpr (requires { std::visit([](auto&) {}, x); })
      std::visit([&](auto& y) { append(out, y); }, x);
    else if constexpr (std::is_same_v<T, std::monostate>)
      out.null();
    else if constexpr (requires { x.begin() != x.end(); })
      append_range(out, x);
    else if constexpr (requires { static_cast<bool>(x) && (*x, true); })
      static_cast<bool>(x) ? append(out, *x) : append(out, std::monostate{});
    else if constexpr (requires { std::string{to_string(x)}; })
      out.any_text(std::string{to_string(x)});
    else if constexpr (requires { (x.first, x.second); })
      append_pair(out, x);
    else {
      static_assert(std::is_enum_v<T>, "the type is not inspectable: it needs "
                                       "an overload of inspect or to_string");
      append(out, static_cast<std::underlying_type_t<T>>(x));
    }
  }

  template <class T>
  static void append_range(json_writer& out, const T& xs) {
    constexpr auto is_object = requires {
      std::string_view(xs.begin()->first), xs.begin()->second;
    };
    is_object ? out.open_object() : out.open_array();
    for (auto&& x : xs) {
      if constexpr (is_object)
        append(out.any_key(x.first), x.second);
      else
        append(out, static_cast<const std::decay_t<decltype(x)>&>(x));
    }
    is_object ? out.close_object() : out.close_array();
  }

  template <class T>
  static void append_pair(json_writer& out, const T& x) {
    out.open_array();
    append(out, x.first);
    append(out, x.second);
    out.close_array();
  }
};

} // namespace atrium
