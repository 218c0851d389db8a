#pragma once

#include "atrium/broker/json/json_object.hpp"

#include <caf/error.hpp>
#include <caf/meta/annotation.hpp>
#include <caf/meta/save_callback.hpp>
#include <caf/meta/type_name.hpp>

#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace atrium {

/// Names the value that follows it in an `inspect` overload. CAF 0.17 knows no
/// names of fields; its own inspectors skip annotations that they do not know,
/// so an overload with names still serialises.
struct field_name : caf::meta::annotation {
  constexpr explicit field_name(const char* x) : text(x) {
    // nop
  }

  const char* text;
};

constexpr field_name named(const char* x) {
  return field_name{x};
}

/// JSON that is written as it stands.
struct raw_json {
  std::string text;
};

class json_inspector;

/// Has an `inspect` overload that works with this inspector.
template <class T>
concept inspectable = requires(json_inspector& f, T& x) {
  inspect(f, x);
};

/// A CAF inspector that turns whatever has an `inspect` overload into the text
/// of one JSON object: named fields under their names, others under their
/// position. Durations are seconds, points in time milliseconds since 1970,
/// maps with text keys objects, other ranges arrays, optionals their value or
/// null. Text that is not UTF-8 loses what does not fit. Reads only.
class json_inspector {
public:
  using result_type = caf::error;

  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  template <class... Ts>
  caf::error operator()(Ts&&... xs) {
    caf::error result;
    (step(result, xs), ...);
    return result;
  }

  /// The object of all fields so far; a type without fields of its own names
  /// that has one value is that value.
  std::string take() const {
    return names_ == 0 && count_ == 1 ? only_ : '{' + fields_ + '}';
  }

  template <class T>
  static std::string to_json(const T& x) {
    std::string result;
    append(result, x);
    return result;
  }

private:
  template <class T>
  void step(caf::error& error, const T& x) {
    if (error)
      return;
    if constexpr (caf::meta::is_save_callback<T>::value)
      error = const_cast<T&>(x).fun();
    else if constexpr (std::is_same_v<T, field_name>)
      name_ = x.text;
    else if constexpr (!caf::meta::is_annotation<T>::value)
      add(to_json(x));
  }

  void add(std::string value) {
    auto* name = std::exchange(name_, nullptr);
    if (count_++ != 0)
      fields_ += ',';
    names_ += name != nullptr;
    append_json_string(fields_, name != nullptr ? std::string{name}
                                                : std::to_string(count_ - 1));
    fields_ += ':';
    fields_ += value;
    only_ = std::move(value);
  }

  template <class T>
  static void append(std::string& out, const T& x) {
    if constexpr (std::is_same_v<T, raw_json>)
      out += x.text;
    else if constexpr (std::is_same_v<T, bool>)
      out += x ? "true" : "false";
    else if constexpr (std::is_floating_point_v<T>)
      out += std::isfinite(x) ? std::to_string(x) : "null";
    else if constexpr (std::is_integral_v<T>)
      out += std::to_string(x);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
      append_text(out, std::string_view(x));
    else if constexpr (inspectable<T>)
      append_object(out, const_cast<T&>(x));
    else
      append_other(out, x);
  }

  template <class T>
  static void append_object(std::string& out, T& x) {
    json_inspector f;
    if (auto error = inspect(f, x))
      out += "null";
    else
      out += f.take();
  }

  template <class T>
  static void append_other(std::string& out, const T& x) {
    if constexpr (requires { x.load(); })
      append(out, x.load());
    else if constexpr (requires { x.time_since_epoch(); })
      append(out, std::chrono::duration_cast<std::chrono::milliseconds>(
                    x.time_since_epoch())
                    .count());
    else if constexpr (requires { typename T::period; })
      append(out, std::chrono::duration<double>(x).count());
    else if constexpr (requires { std::visit([](auto&) {}, x); })
      std::visit([&](auto& y) { append(out, y); }, x);
    else if constexpr (std::is_same_v<T, std::monostate>)
      out += "null";
    else if constexpr (requires {
                         x.begin();
                         x.end();
                       })
      append_range(out, x);
    else if constexpr (requires {
                         *x;
                         static_cast<bool>(x);
                       })
      static_cast<bool>(x) ? append(out, *x) : append(out, std::monostate{});
    else if constexpr (requires { std::string{to_string(x)}; })
      append_text(out, std::string{to_string(x)});
    else if constexpr (requires {
                         x.first;
                         x.second;
                       })
      append_range(out, std::initializer_list<raw_json>{{to_json(x.first)},
                                                        {to_json(x.second)}});
    else {
      static_assert(std::is_enum_v<T>, "the type is not inspectable: it needs "
                                       "an overload of inspect or to_string");
      append(out, static_cast<std::underlying_type_t<T>>(x));
    }
  }

  template <class T>
  static void append_range(std::string& out, const T& xs) {
    constexpr auto is_object = requires {
      std::string_view(xs.begin()->first);
      xs.begin()->second;
    };
    auto separator = "";
    out += is_object ? '{' : '[';
    for (auto&& x : xs) {
      out += std::exchange(separator, ",");
      if constexpr (is_object) {
        append_text(out, x.first);
        out += ':';
        append(out, x.second);
      } else {
        append(out, static_cast<const std::decay_t<decltype(x)>&>(x));
      }
    }
    out += is_object ? '}' : ']';
  }

  static void append_text(std::string& out, std::string_view x) {
    append_json_text(out, x);
  }

  std::string fields_;
  std::string only_;
  const char* name_ = nullptr;
  std::size_t count_ = 0;
  std::size_t names_ = 0;
};

} // namespace atrium
