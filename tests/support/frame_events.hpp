#pragma once

#include "atrium/net/websocket/frame_reader.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace atrium::test {

/// What a reader of frames has found, and what it has said.
struct frame_event {
  frame_reader::found what;
  std::string payload;

  bool operator==(const frame_event&) const = default;
};

/// Returns what is found in `bytes`, up to a mistake, when no more than `most` of them come
/// at once. Throws when bytes are left that the reader should have taken.
inline std::vector<frame_event> read_frames(frame_reader& subject, std::string bytes,
                                            std::size_t most) {
  using found = frame_reader::found;
  std::vector<frame_event> result;
  for (std::size_t i = 0; i < bytes.size();) {
    auto part = std::span{bytes}.subspan(i, std::min(most, bytes.size() - i));
    i += part.size();
    found what{};
    do {
      what = subject.take(part);
      if (what != found::nothing)
        result.push_back({what, std::string{subject.payload()}});
      if (what == found::mistake)
        return result;
    } while (what != found::nothing);
    if (!part.empty())
      throw std::logic_error("not all bytes are taken");
  }
  return result;
}

} // namespace atrium::test
