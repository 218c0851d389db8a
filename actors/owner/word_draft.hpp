#pragma once

#include "atrium/broker/room_note.hpp"
#include "atrium/broker/room_word.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// What the owner of a room will say next: gathers notes, messages and changes
/// of the state until they become one word. One thread.
class word_draft {
public:
  void add(room_note x) {
    bytes_ += x.text.size() + x.data.size();
    notes_.push_back(std::move(x));
  }

  /// Says which number of a stream was taken last: once in a word.
  void say_here(request_mark x) {
    auto run = x.run;
    here_.insert_or_assign(std::move(run), std::move(x));
  }

  /// A message (`encode_packet`).
  void add(room_packet x) {
    bytes_ += x.bytes->size();
    packets_.push_back(std::move(x));
  }

  /// A part of the state has this value from now on; null: it goes. The last
  /// value counts.
  void change(std::string field, shared_bytes value);

  void change(std::string field, std::string value) {
    change(std::move(field),
           std::make_shared<const std::string>(std::move(value)));
  }

  void drop(std::string field) {
    change(std::move(field), shared_bytes{});
  }

  /// The state has this field, as an owner before has saved it.
  void note(std::string field) {
    fields_.insert(std::move(field));
  }

  /// The whole state goes.
  void drop_all();

  /// How many parts the state has.
  std::size_t fields() const {
    return fields_.size();
  }

  /// Whether nobody would notice it.
  bool is_empty() const {
    return is_silent() && changes_.empty();
  }

  /// Whether it changes the state at most.
  bool is_silent() const {
    return notes_.empty() && packets_.empty() && here_.empty();
  }

  /// Bytes of what is said.
  std::size_t bytes() const {
    return bytes_;
  }

  /// Returns the word, but for its number; the draft is empty then. Notes come
  /// first: who is let in shall get the messages.
  room_word finish(std::uint64_t token);

private:
  std::vector<room_note> notes_;
  std::map<std::string, request_mark> here_; // by run
  std::vector<room_packet> packets_;
  std::map<std::string, shared_bytes> changes_;
  std::set<std::string> fields_; // of the state, with the changes
  std::size_t bytes_ = 0;
};

} // namespace atrium
