#include "atrium/actors/util/glob.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <algorithm>

namespace atrium {

namespace {

// Malformed bytes count as one character each.
std::size_t first_character(std::string_view text) {
  return std::max<std::size_t>(first_code_point(text).bytes, 1);
}

} // namespace

// Where it does not fit, only the last `*` has to take one character more: what
// an earlier one could take, the last one can, too.
bool glob::fits(std::string_view name) const {
  auto none = std::string_view::npos;
  std::size_t at = 0;    // in the pattern
  std::size_t in = 0;    // in the name
  auto star = none;      // behind the last `*`
  std::size_t taken = 0; // by it, as far as the name
  while (in < name.size()) {
    auto step = first_character(name.substr(in));
    if (at < pattern_.size() && pattern_[at] == '*') {
      star = ++at;
      taken = in;
    } else if (at < pattern_.size() && pattern_[at] == '?') {
      ++at;
      in += step;
    } else if (at < pattern_.size() && pattern_[at] == name[in]) {
      ++at;
      ++in;
    } else if (star != none) {
      at = star;
      taken += first_character(name.substr(taken));
      in = taken;
    } else {
      return false;
    }
  }
  return pattern_.find_first_not_of('*', at) == none;
}

} // namespace atrium
