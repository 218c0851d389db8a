#include "atrium/actors/owner/word_draft.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace atrium {

void word_draft::change(std::string field, shared_bytes value) {
  if (value)
    fields_.insert(field);
  else
    fields_.erase(field);
  changes_.insert_or_assign(std::move(field), std::move(value));
}

void word_draft::drop_all() {
  for (auto& field : std::exchange(fields_, {}))
    changes_.insert_or_assign(field, nullptr);
}

room_word word_draft::finish(std::uint64_t token) {
  room_word result;
  room_notes all{token, {}};
  // In front: what was taken behind these has its answer there already.
  for (auto& [run, mark] : std::exchange(here_, {}))
    all.notes.push_back({room_note::kind::here, std::move(mark)});
  std::ranges::move(std::exchange(notes_, {}), std::back_inserter(all.notes));
  // Who has asked hears the answer before the room ends.
  std::stable_partition(all.notes.begin(), all.notes.end(), [](auto& x) {
    return x.what != room_note::kind::failed;
  });
  if (!all.notes.empty())
    result.packets.push_back(
      {std::make_shared<const std::string>(encode_notes(all))});
  std::ranges::move(std::exchange(packets_, {}),
                    std::back_inserter(result.packets));
  for (auto& [name, value] : std::exchange(changes_, {}))
    result.changes.push_back({name, std::move(value)});
  bytes_ = 0;
  return result;
}

} // namespace atrium
