#pragma once

#include <cstddef>
#include <string_view>

namespace atrium {

/// Walks over JSON text (RFC 8259) and checks its grammar; builds nothing.
/// Every function returns false at the first character that does not fit.
class json_scanner {
public:
  explicit json_scanner(std::string_view text)
    : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {
    // nop
  }

  /// Skips one value of any kind, nested at most `max_depth` deep. Needs no
  /// stack of its own for that: what is open is remembered in a bit set.
  bool value(std::size_t max_depth);

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

  std::size_t position() const {
    return static_cast<std::size_t>(at_ - begin_);
  }

private:
  bool number();
  bool digits();
  bool escape();
  bool literal(std::string_view word);
  bool scalar();
  bool key();

  const char* begin_;
  const char* at_;
  const char* end_;
};

} // namespace atrium
