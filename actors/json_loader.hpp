#pragma once

#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/util/json_reading.hpp"
#include "atrium/broker/json/json_object.hpp"

#include <caf/error.hpp>
#include <caf/meta/load_callback.hpp>
#include <caf/sec.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace atrium {

/// A CAF inspector that reads what `json_inspector` has written, by the same
/// overload of `inspect`, if that is written for both:
///
///   template <class Inspector>
///   typename Inspector::result_type inspect(Inspector& f, table& x) {
///     return f(named("turn"), x.turn_, named("seats"), x.seats_);
///   }
///
/// Members that it does not know are skipped, and those that are missing leave
/// the variable as it is: the text may be of an older or a newer version. What
/// is const or temporary is skipped, too. Values: `json_reading`. A type
/// without names whose `inspect` has one value in one call is that value.
class json_loader {
public:
  using result_type = caf::error;

  static constexpr bool reads_state = false;
  static constexpr bool writes_state = true;

  explicit json_loader(json_source in) : in_(in) {
    // nop
  }

  json_loader(const json_loader&) = delete;
  json_loader& operator=(const json_loader&) = delete;

  template <class... Ts>
  caf::error operator()(Ts&&... xs) {
    constexpr auto names
      = (std::size_t{std::is_same_v<std::decay_t<Ts>, field_name>} + ... + 0);
    constexpr auto values
      = (std::size_t{!caf::meta::is_annotation<std::decay_t<Ts>>::value} + ...
         + 0);
    is_value_ = names == 0 && values == 1 && count_ == 0;
    caf::error result;
    (step(result, std::forward<Ts>(xs)), ...);
    return result;
  }

  /// Reads `x` from any text. Nothing, or what is wrong and where, such as
  /// `players[2].score: not a number`; `x` may have changed in part then.
  template <class T>
  static std::optional<std::string> from_json(std::string_view text, T& x) {
    if (!is_json_value(text))
      return "not JSON in UTF-8";
    json_fault fault;
    if (json_reading<json_loader>::read({trim(text), fault}, x))
      return std::nullopt;
    return fault.text();
  }

  /// For `json_reading`: reads what has an `inspect`.
  template <class T>
  static bool read_object(json_source in, T& x) {
    in.fault().what.clear();
    json_loader f{in};
    auto error = inspect(f, x);
    if (!error)
      return true;
    return in.fault().what.empty() ? in.fail(to_string(error)) : false;
  }

private:
  static std::string_view trim(std::string_view text);

  template <class T>
  void step(caf::error& error, T&& x) {
    using type = std::decay_t<T>;
    if (error)
      return;
    if constexpr (caf::meta::is_load_callback<type>::value)
      error = x.fun();
    else if constexpr (std::is_same_v<type, field_name>)
      name_ = x.text;
    else if constexpr (!caf::meta::is_annotation<type>::value) {
      auto* name = std::exchange(name_, nullptr);
      auto key = name != nullptr ? std::string{name} : std::to_string(count_);
      ++count_;
      if constexpr (std::is_lvalue_reference_v<
                      T> && !std::is_const_v<std::remove_reference_t<T>>)
        if (!load(key, x))
          error = caf::make_error(caf::sec::invalid_argument, in_.fault().what);
    }
  }

  template <class T>
  bool load(const std::string& key, T& x) {
    using reading = json_reading<json_loader>;
    if (is_value_)
      return reading::read(in_, x);
    std::optional<std::string_view> text;
    if (!in_.member(key, text))
      return false;
    return !text || in_.at('.' + key, [&] {
      return reading::read({*text, in_.fault()}, x);
    });
  }

  json_source in_;
  const char* name_ = nullptr; // of the next value
  std::size_t count_ = 0;
  bool is_value_ = false; // without an object around it
};

inline std::string_view json_loader::trim(std::string_view text) {
  constexpr auto space = " \t\r\n";
  auto first = text.find_first_not_of(space);
  return text.substr(first, text.find_last_not_of(space) + 1 - first);
}

/// Has an `inspect` overload by which it can be written and read back.
template <class T>
concept restorable = inspectable<T> && requires(json_loader& f, T& x) {
  inspect(f, x);
};

} // namespace atrium
