#pragma once

#include "atrium/actors/owner/word_draft.hpp"
#include "atrium/broker/room_note.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Which requests of which rooms the owner has taken, and what it has answered,
/// until that is known to have been heard: so each is taken once, also by the
/// owner after this one, since all of it is part of the state. One thread.
class request_windows {
public:
  enum class place : std::uint8_t {
    next,     ///< To be taken now.
    repeated, ///< It has been taken.
    early,    ///< One before it is missing.
    strange,  ///< Of a stream that is not known.
  };

  /// Returns where a request stands.
  place find(const request_mark& x) const;

  /// Returns the number that was taken last of that stream; 0: it is strange.
  std::uint64_t last(const request_mark& x) const;

  /// Returns whether the stream is newer than the one that is known of its run:
  /// what comes late of an older room is of no use.
  bool is_newer(const request_mark& x) const;

  /// Begins a stream, in place of another one of that run.
  void begin(const request_mark& x, word_draft& out);

  /// The next request is taken.
  void take(const request_mark& x, word_draft& out);

  /// Keeps the answer to a request.
  void answer(const room_note& x, word_draft& out);

  /// Returns the answer to a request that has been taken; nothing: it has none
  /// yet.
  std::optional<room_note> answer_to(const request_mark& x) const;

  /// Answers before this number have been heard.
  void acknowledge(const request_mark& first, word_draft& out);

  /// A run is gone.
  void drop(const std::string& run, word_draft& out);

  /// Returns the runs that have a stream.
  std::vector<std::string> runs() const;

  /// Returns the request of that run that was taken last; nothing: none was.
  std::optional<request_mark> mark_of(const std::string& run) const;

  /// Reads what an owner has saved. Returns false if the field is none of this.
  bool restore(std::string_view field, const std::string& value);

  /// Returns those that an owner has taken and not answered.
  std::vector<request_mark> unanswered() const;

  std::size_t size() const {
    return windows_.size();
  }

private:
  struct window {
    std::uint64_t stream = 0;
    std::uint64_t last = 0;
    std::map<std::uint64_t, std::optional<room_note>> answers; // by number
  };

  const window* window_of(const request_mark& x) const;
  window* window_of(const request_mark& x);

  std::map<std::string, window, std::less<>> windows_; // by run
};

} // namespace atrium
