#pragma once

#include <cstddef>
#include <string_view>

namespace atrium {

/// Walks over JSON text (RFC 8259) and checks its grammar; builds nothing.
/// Every function returns false at the first character that does not fit.
class json_scanner {
public:
  explicit json_scanner(std::string_view text)
    : at_(text.data()), end_(at_ + text.size()) {
    // nop
  }

  /// Skips one value of any kind, nested at most `max_depth` deep. Needs no
  /// stack of its own for that: what is open is remembered in a bit set.
  bool value(std::size_t max_depth) {
    space();
    return value_here(max_depth);
  }

  /// The same; returns the text of the value. Empty: there is none that fits.
  std::string_view take_value(std::size_t max_depth) {
    space();
    auto first = at_;
    return value_here(max_depth) ? since(first) : std::string_view{};
  }

  /// Walks over one object. Calls `take` with each key as it stands there,
  /// without its quotes; `take` skips the value, and returns false if it
  /// cannot.
  template <class Function>
  bool object(Function take) {
    if (!token('{'))
      return false;
    if (token('}'))
      return true;
    do {
      space();
      auto quote = at_;
      if (!string())
        return false;
      auto key = since(quote + 1);
      key.remove_suffix(1);
      if (!token(':') || !take(key))
        return false;
    } while (token(','));
    return token('}');
  }

  /// The same for one array: `take` skips an element.
  template <class Function>
  bool array(Function take) {
    if (!token('['))
      return false;
    if (token(']'))
      return true;
    do
      if (!take())
        return false;
    while (token(','));
    return token(']');
  }

  /// Walks over the text, which has to be one object and nothing else.
  template <class Function>
  bool only_object(Function take) {
    if (!object(take))
      return false;
    space();
    return at_end();
  }

  /// Skips a string with its quotes.
  bool string();

  /// Skips white space, then `c`.
  bool token(char c) {
    space();
    if (at_ == end_ || *at_ != c)
      return false;
    ++at_;
    return true;
  }

  /// Skips white space.
  void space() {
    while (at_ != end_
           && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
      ++at_;
  }

  bool at_end() const {
    return at_ == end_;
  }

private:
  std::string_view since(const char* first) const {
    return {first, static_cast<std::size_t>(at_ - first)};
  }

  bool value_here(std::size_t max_depth);
  bool nested(std::size_t max_depth);
  bool rest_of_string();
  bool number();
  bool digits();
  bool escape();
  bool literal(std::string_view word);
  bool scalar();
  bool key();

  const char* at_;
  const char* end_;
};

} // namespace atrium
