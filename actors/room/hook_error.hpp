#pragma once

#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>

namespace atrium {

/// What the log may say of an exception from an operator's hook: its type, and
/// its text unless that quotes one of the JSON texts that the hook was given.
struct hook_error {
  std::string type;
  std::string text;

  static hook_error of(const std::exception& error,
                       std::initializer_list<std::string_view> given);
};

/// Returns whether `text` has a string or number of the JSON text `given` in
/// it, or a good part of a string. Names of members do not count: the operator
/// knows them.
bool quotes(std::string_view text, std::string_view given);

} // namespace atrium
