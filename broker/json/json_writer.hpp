#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace atrium {

/// A key that is known when the program is compiled, and checked then: it needs
/// no escapes.
struct json_key {
  // NOLINTNEXTLINE(google-explicit-constructor): a key is written like a text
  consteval json_key(const char* literal) : text(literal) {
    for (auto c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')
        throw "the key needs an escape";
  }

  std::string_view text;
};

/// Appends JSON (RFC 8259) to a string, without spaces: commas, quotes and
/// escapes are made here and nowhere else. Allocates nothing but what the
/// string needs. That keys and values alternate, and that what is opened is
/// closed, is up to the caller.
///
/// Functions with a key write a member of an object, those without write an
/// element of an array, or the value after `key`. Keys and texts are UTF-8,
/// unless a function says otherwise.
class json_writer {
public:
  /// Appends to `out`, which must outlive the writer. What stands there already
  /// stays, and gets no comma behind it.
  explicit json_writer(std::string& out) : out_(out) {
    // nop
  }

  json_writer& open_object() {
    return open('{');
  }

  json_writer& close_object() {
    return close('}');
  }

  json_writer& open_array() {
    return open('[');
  }

  json_writer& close_array() {
    return close(']');
  }

  /// Begins a member: one value, object or array has to follow.
  json_writer& key(json_key name) {
    out_.append(comma_ ? ",\"" : "\"").append(name.text).append("\":");
    comma_ = false;
    return *this;
  }

  /// The same with a key that may be anything.
  json_writer& any_key(std::string_view name);

  json_writer& text(std::string_view x);

  /// Writes text that may not be UTF-8: then what is not ASCII becomes `?`.
  json_writer& any_text(std::string_view x);

  /// Writes one JSON value as it stands.
  json_writer& raw(std::string_view json) {
    separate();
    out_.append(json);
    return *this;
  }

  json_writer& boolean(bool x) {
    return raw(x ? "true" : "false");
  }

  json_writer& null() {
    return raw("null");
  }

  template <std::integral T>
  json_writer& number(T x) {
    if constexpr (std::is_signed_v<T>)
      return integer(static_cast<std::int64_t>(x));
    else
      return integer(static_cast<std::uint64_t>(x));
  }

  /// Writes a number with `digits` behind the point; null if it is infinite or
  /// none.
  json_writer& decimal(double x, int digits = 6);

  json_writer& text(json_key name, std::string_view x) {
    return key(name).text(x);
  }

  json_writer& raw(json_key name, std::string_view json) {
    return key(name).raw(json);
  }

  json_writer& boolean(json_key name, bool x) {
    return key(name).boolean(x);
  }

  template <std::integral T>
  json_writer& number(json_key name, T x) {
    return key(name).number(x);
  }

private:
  json_writer& integer(std::int64_t x);
  json_writer& integer(std::uint64_t x);
  json_writer& open(char bracket) {
    separate();
    out_.push_back(bracket);
    comma_ = false;
    return *this;
  }

  json_writer& close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
    return *this;
  }

  // Whatever is written next comes after a comma, unless it comes first.
  void separate() {
    if (comma_)
      out_.push_back(',');
    comma_ = true;
  }

  std::string& out_;
  bool comma_ = false; // before the next key or element
};

} // namespace atrium
