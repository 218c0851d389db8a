#pragma once

#include "atrium/actors/util/json_value.hpp"
#include "atrium/broker/json/json_writer.hpp"

#include <caf/error.hpp>
#include <caf/meta/annotation.hpp>
#include <caf/meta/save_callback.hpp>
#include <caf/meta/type_name.hpp>

#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

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

/// A CAF inspector that turns whatever has an `inspect` overload into the text
/// of one JSON object: named fields under their names, others under their
/// position, values as `json_value` has them. Reads only.
class json_inspector {
public:
  using result_type = caf::error;

  static constexpr bool reads_state = true;
  static constexpr bool writes_state = false;

  json_inspector() = default;
  json_inspector(const json_inspector&) = delete;
  json_inspector& operator=(const json_inspector&) = delete;

  template <class... Ts>
  caf::error operator()(Ts&&... xs) {
    caf::error result;
    (step(result, xs), ...);
    return result;
  }

  /// The object of all fields so far; a type without fields of its own names
  /// that has one value is that value.
  std::string take() const {
    return names_ == 0 && count_ == 1 ? fields_.substr(last_value_)
                                      : '{' + fields_ + '}';
  }

  template <class T>
  static std::string to_json(const T& x) {
    std::string result;
    json_writer out{result};
    json_value<json_inspector>::append(out, x);
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
      add(x);
  }

  template <class T>
  void add(const T& x) {
    auto* name = std::exchange(name_, nullptr);
    names_ += name != nullptr;
    out_.any_key(name != nullptr ? name : std::to_string(count_));
    ++count_;
    last_value_ = fields_.size();
    json_value<json_inspector>::append(out_, x);
  }

  std::string fields_;
  json_writer out_{fields_};
  const char* name_ = nullptr; // of the next value
  std::size_t last_value_ = 0; // where it begins
  std::size_t count_ = 0;
  std::size_t names_ = 0;
};

/// Has an `inspect` overload that works with this inspector.
template <class T>
concept inspectable = requires(json_inspector& f, T& x) {
  inspect(f, x);
};

} // namespace atrium
