#pragma once

#include "atrium/actors/inspection.hpp"

#include <string>

namespace atrium {

// How the inspector asks for pages, and for one of those that are on them.

inline constexpr std::size_t page_size = 50;
inline constexpr std::size_t largest_page = 500;

/// Whether there may be more behind a page; one of no rows has no end.
inline bool is_full(std::size_t rows, std::size_t limit) {
  return limit != 0 && rows >= limit;
}

/// The one whose name is `name` comes first of those that begin with it.
inline list_children just(child_kind kind, const std::string& name) {
  return {kind, name, {}, 1};
}

inline bool is_found(const children& x, const std::string& name) {
  return !x.page.empty() && x.page[0].name == name;
}

/// The connection of this number comes first of those behind the one before.
inline list_connections just(caf::actor_id number) {
  return {number - 1, 1};
}

inline bool is_found(const children& x, caf::actor_id number) {
  return !x.page.empty() && x.page[0].actor->id() == number;
}

} // namespace atrium
