#pragma once

#include "atrium/broker/util/live.hpp"
#include "atrium/net/options/option_entry.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace atrium {

/// Returns what is wrong with a value, for people, or nothing. What it throws
/// is wrong with it, too.
using value_check = std::function<std::string(const std::string&)>;

/// Has `row` refuse what `check` finds wrong; it is not asked about no value.
void add_check(option_entry& row, value_check check);

/// An option of a program's own, see `own_options`; copies are the same option.
/// What is said of it is said where it is added, before the node runs.
template <class T>
class own_option {
public:
  own_option(std::shared_ptr<option_entry> row,
             std::shared_ptr<atrium::live<T>> value)
    : row_(std::move(row)), value_(std::move(value)) {
    // nop
  }

  /// Says that a running node takes a new value over, on SIGHUP. It has to be
  /// started again otherwise.
  own_option live() && {
    row_->liveness = liveness::full;
    row_->obstacle.clear();
    return std::move(*this);
  }

  /// Adds a check, of each value of a list. It may read files: the node waits
  /// for it where it starts and on SIGHUP.
  own_option checked(value_check check) && {
    add_check(*row_, std::move(check));
    return std::move(*this);
  }

  /// Says that the log may not have the value.
  own_option secret() && {
    row_->mask = [](const std::string& x) -> std::string {
      return x.empty() ? "" : "***";
    };
    return std::move(*this);
  }

  /// Returns the value: the default before the node has read its options. It
  /// stays as it is, and valid for as long as there is a copy of this; another
  /// call may return a newer one. Any thread.
  const T& value() const noexcept {
    return **value_;
  }

private:
  std::shared_ptr<option_entry> row_;
  std::shared_ptr<atrium::live<T>> value_;
};

} // namespace atrium
