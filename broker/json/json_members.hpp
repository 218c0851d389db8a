#pragma once

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace atrium {

/// A member of a JSON object that its reader knows: its key, which is ASCII,
/// and the field of `Members` that takes the text of its value.
template <class Members>
struct json_member {
  std::string_view key;
  std::string_view Members::*value;
};

/// Walks over one object and takes those of its members that are `known`.
/// Returns false, maybe with some of them, if it is none; values may be nested
/// as `json_object` accepts them.
template <class Members, std::size_t N>
bool take_members(json_scanner& in,
                  const std::array<json_member<Members>, N>& known,
                  Members& out) {
  // The search goes on behind the member found last: mostly the members stand
  // in the order of `known`, so that the first try is right.
  std::size_t next = 0;
  auto find = [&](std::string_view raw) {
    for (std::size_t tries = 0; tries < N; ++tries) {
      auto& candidate = known[next];
      next = next + 1 == N ? 0 : next + 1;
      if (json_text_is(raw, candidate.key))
        return candidate.value;
    }
    return static_cast<std::string_view Members::*>(nullptr);
  };
  return in.object([&](std::string_view raw) {
    auto value = in.take_value(json_object::max_depth - 1);
    // Of equal keys the last one counts.
    if (auto field = find(raw))
      out.*field = value;
    return !value.empty();
  });
}

/// Reads `text` as `json_object::parse` does, but keeps only the members that
/// are `known`, and needs no memory for the others. What is missing has an
/// empty text, which no value has. The result refers to `text`.
template <class Members, std::size_t N>
std::optional<Members>
read_members(std::string_view text,
             const std::array<json_member<Members>, N>& known) {
  std::optional<Members> result{std::in_place};
  json_scanner in{text};
  auto taken = take_members(in, known, *result);
  in.space();
  if (!taken || !in.at_end())
    result.reset();
  return result;
}

} // namespace atrium
