#pragma once

#include "atrium/actors/owner/word_draft.hpp"
#include "atrium/actors/room_message.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// The members of a room on all nodes, as its owner knows them: a part of its
/// state. One thread.
class owner_members {
public:
  /// Returns the member with this connection; null: there is none.
  const member* find(const std::string& connection) const;

  void add(member x, word_draft& out);

  /// Returns who is none any more; nothing: nobody was.
  std::optional<member> remove(const std::string& connection, word_draft& out);

  /// Returns the connections that are on the node of that run.
  std::vector<std::string> of_run(std::string_view run) const;

  std::vector<member> list() const;

  std::size_t size() const {
    return members_.size();
  }

  /// Reads what an owner has saved. Returns false if the field is none of this.
  bool restore(std::string_view field, const std::string& value);

private:
  std::map<std::string, member> members_; // by connection
};

} // namespace atrium
