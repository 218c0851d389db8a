#pragma once

#include "atrium/actors/util/json_scalar.hpp"
#include "atrium/actors/util/json_value.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace atrium {

/// Reads what `json_value` writes, except `std::variant`. Enumerations with a
/// `to_string` need the counterpart `bool from_string(std::string_view, T&)`.
/// Durations that are too long become the longest; decimals and durations have
/// the six digits behind the point that `json_value` writes.
template <class Loader>
class json_reading {
public:
  template <class T>
  static bool read(json_source in, T& x) {
    if constexpr (std::is_same_v<T, raw_json>)
      return x.text = in.text(), true;
    else if constexpr (requires { read_scalar(in, x); })
      return read_scalar(in, x);
    else if constexpr (requires(Loader & f) { inspect(f, x); })
      return Loader::read_object(in, x);
    else
      return read_other(in, x);
  }

private:
  template <class T>
  static bool read_other(json_source in, T& x) {
    if constexpr (requires { x.store(x.load()); })
      return read_atomic(in, x);
    else if constexpr (requires { std::tuple_size<T>{}, x.size(); })
      return read_array(in, x);
    else if constexpr (requires { x.begin() != x.end(); })
      return read_range(in, x);
    else if constexpr (requires { static_cast<bool>(x) && (*x, true); })
      return read_optional(in, x);
    else if constexpr (requires { std::string{to_string(x)}; })
      return read_word(in, x);
    else if constexpr (requires { (x.first, x.second); })
      return read_pair(in, x);
    else {
      static_assert(std::is_enum_v<T>, "json_loader does not know the type: it "
                                       "needs an overload of inspect");
      return read_number(in, x);
    }
  }

  template <class T>
  static bool read_atomic(json_source in, T& x) {
    auto y = x.load();
    return read(in, y) && (x = y, true);
  }

  template <class T>
  static bool read_number(json_source in, T& x) {
    std::underlying_type_t<T> y{};
    return read(in, y) && (x = static_cast<T>(y), true);
  }

  template <class T>
  static bool read_array(json_source in, T& x) {
    std::size_t i = 0;
    auto all = in.elements([&](json_source y) {
      return i < x.size() ? read(y, x[i++]) : y.fail("one too many");
    });
    return all && (i == x.size() || in.fail("too few elements"));
  }

  template <class T>
  static bool read_range(json_source in, T& xs) {
    constexpr auto is_object = requires {
      std::string_view(xs.begin()->first), xs.begin()->second;
    };
    T result{};
    auto add = [&](auto item) {
      result.insert(result.end(), std::move(item));
      return true;
    };
    auto whole = false;
    if constexpr (is_object)
      whole = in.members([&](std::string key, json_source y) {
        std::decay_t<decltype(xs.begin()->second)> x{};
        return read(y, x)
               && add(typename T::value_type{std::move(key), std::move(x)});
      });
    else
      whole = in.elements([&](json_source y) {
        auto x = element_of<typename T::value_type>();
        return read(y, x) && add(std::move(x));
      });
    return whole && (xs = std::move(result), true);
  }

  // The elements of maps have keys that are const.
  template <class T>
  static auto element_of() {
    if constexpr (requires(T x) { x.first, x.second; })
      return std::pair<std::remove_const_t<typename T::first_type>,
                       typename T::second_type>{};
    else
      return T{};
  }

  template <class T>
  static bool read_optional(json_source in, T& x) {
    using value = std::decay_t<decltype(*x)>;
    if (in.is_null())
      return x = T{}, true;
    auto item = std::make_unique<value>();
    if (!read(in, *item))
      return false;
    if constexpr (requires { x = std::move(*item); })
      x = std::move(*item);
    else
      x = T{std::move(item)};
    return true;
  }

  template <class T>
  static bool read_word(json_source in, T& x) {
    std::string word;
    return in.read(word)
           && (from_string(std::string_view{word}, x)
               || in.fail("not one of the words"));
  }

  template <class T>
  static bool read_pair(json_source in, T& x) {
    std::size_t i = 0;
    auto all = in.elements([&](json_source y) {
      ++i;
      return i == 1   ? read(y, x.first)
             : i == 2 ? read(y, x.second)
                      : y.fail("one too many");
    });
    return all && (i == 2 || in.fail("too few elements"));
  }
};

} // namespace atrium
