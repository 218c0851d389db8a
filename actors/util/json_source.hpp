#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// What is wrong with a JSON text, and where.
struct json_fault {
  std::string path; ///< Such as `players[2].score`; empty: the whole.
  std::string what; ///< Such as `not a number`.

  /// Both, for people.
  std::string text() const;
};

/// A value in a JSON text, as `json_loader` reads it. What returns a `bool`
/// returns false where the value does not fit, and notes why.
class json_source {
public:
  /// The text is a value of JSON (`is_json_value`) and outlives this.
  json_source(std::string_view text, json_fault& fault)
    : text_(text), fault_(&fault) {
    // nop
  }

  std::string_view text() const {
    return text_;
  }

  bool is_null() const {
    return text_ == "null";
  }

  bool read(bool& out) const;
  bool read(std::int64_t& out) const;
  bool read(std::uint64_t& out) const;
  bool read(std::string& out) const;

  /// Null is no number (NaN): there is no JSON for it.
  bool read(double& out) const;

  /// Calls `take` for each element of an array until it returns false.
  bool elements(const std::function<bool(json_source)>& take) const;

  /// Calls `take` for each member of an object, of which there may be several
  /// with the same key.
  bool
  members(const std::function<bool(std::string key, json_source)>& take) const;

  /// Has `out` refer to the text of the member `key` of an object; nothing if
  /// there is none.
  bool member(std::string_view key, std::optional<std::string_view>& out) const;

  /// Reads a part of this value by `read`, which returns whether it fits; what
  /// is wrong is at `step`, such as `[2]` or `.score`.
  template <class Function>
  bool at(std::string_view step, Function read) const {
    if (read())
      return true;
    fault_->path.insert(0, step);
    return false;
  }

  /// Notes what is wrong; false.
  bool fail(std::string_view what) const;

  json_fault& fault() const {
    return *fault_;
  }

private:
  template <class Number>
  bool read_integer(Number& out) const;

  std::string_view text_;
  json_fault* fault_;
};

} // namespace atrium
