#pragma once

#include "atrium/actors/util/frame.hpp"

#include <string>
#include <vector>

namespace atrium {

class publication;

/// Makes of a message what clients of one kind get: their protocol, and what it
/// is wrapped in on its way. Any thread.
class message_encoder {
public:
  virtual ~message_encoder() = default;

  /// Returns the bytes that go over the wire for `x`.
  virtual std::string encode(const publication& x) const = 0;
};

/// What encoders have made of one message. Most nodes have one encoder that is
/// in use, so its frame is found by one comparison.
class encoded_frames {
public:
  /// Returns the frame of `by`; `make()` makes it if it is not there.
  template <class Make>
  const frame& of(const message_encoder& by, Make make) {
    if (first_.by == &by)
      return first_.content;
    if (first_.by == nullptr) {
      first_ = {&by, make()};
      return first_.content;
    }
    for (auto& x : others_)
      if (x.by == &by)
        return x.content;
    return others_.emplace_back(entry{&by, make()}).content;
  }

private:
  struct entry {
    const message_encoder* by = nullptr;
    frame content;
  };

  entry first_;
  std::vector<entry> others_;
};

} // namespace atrium
