#pragma once

#include "atrium/actors/owner/word_draft.hpp"

#include <map>
#include <string>
#include <utility>

namespace atrium::test {

/// What is saved of a room: takes the changes of words, as those who keep the state do.
class saved_fields {
public:
  using fields = std::map<std::string, std::string>;

  /// The draft becomes a word, which counts. Returns what it has changed; `-` stands for what
  /// goes.
  fields take(word_draft& out) {
    fields result;
    for (auto& [name, value] : out.finish(1).changes) {
      result[name] = value ? *value : "-";
      if (value)
        all_[name] = *value;
      else
        all_.erase(name);
    }
    return result;
  }

  /// Hands all of it to `x`, in the order of the names or in the other one. Returns how many
  /// fields were not those of `x`.
  template <class T>
  std::size_t restore(T& x, bool is_reversed = false) const {
    std::size_t strange = 0;
    auto give = [&](auto& field) {
      if (!x.restore(field.first, field.second))
        ++strange;
    };
    if (is_reversed)
      for (auto i = all_.rbegin(); i != all_.rend(); ++i)
        give(*i);
    else
      for (auto& field : all_)
        give(field);
    return strange;
  }

  const fields& all() const {
    return all_;
  }

private:
  fields all_;
};

} // namespace atrium::test
