#pragma once

#include "atrium/actors/directory_messages.hpp"
#include "atrium/actors/inspection.hpp"
#include "atrium/actors/util/first_of.hpp"

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace atrium {

/// The children of one kind that the directory has, by name, and how many
/// newcomers it has passed on to each: that number decides whether a child that
/// has nobody left may stop, or whether somebody is on the way to it.
template <class Handle>
class child_table {
public:
  /// Returns the child called `name`, made by `spawn` if there is none, and
  /// counts the newcomer that is passed on to it.
  template <class Spawn>
  const Handle& pass_on(const std::string& name, Spawn spawn) {
    auto i = children_.find(name);
    if (i == children_.end()) {
      auto actor = spawn();
      names_.emplace(actor->id(), name);
      i = children_.emplace(name, child_entry{std::move(actor), 0}).first;
    }
    ++i->second.passed_on;
    return i->second.actor;
  }

  /// Removes the child that offers to passivate, unless a newcomer is on the
  /// way to it. Returns it, with its name, if it shall stop.
  std::optional<std::pair<std::string, Handle>>
  release(const passivate& offer) {
    auto name = names_.find(offer.from);
    if (name == names_.end())
      return std::nullopt;
    auto i = children_.find(name->second);
    if (i->second.passed_on != offer.received)
      return std::nullopt;
    auto result
      = std::pair{std::move(name->second), std::move(i->second.actor)};
    children_.erase(i);
    names_.erase(name);
    return result;
  }

  /// Removes a child that is dead. Returns its name if it was known.
  std::optional<std::string> remove(actor_number number) {
    auto node = names_.extract(number);
    if (node.empty())
      return std::nullopt;
    children_.erase(node.mapped());
    return std::move(node.mapped());
  }

  /// Removes the child called `name`, whoever is on the way to it. Returns it
  /// if it was there.
  std::optional<Handle> take(const std::string& name) {
    auto node = children_.extract(name);
    if (node.empty())
      return std::nullopt;
    auto& result = node.mapped().actor;
    names_.erase(result->id());
    return std::move(result);
  }

  /// Returns the child called `name`, without a newcomer; null if it is not
  /// there.
  const Handle* find(const std::string& name) const {
    auto i = children_.find(name);
    return i != children_.end() ? &i->second.actor : nullptr;
  }

  bool contains(const std::string& name) const {
    return children_.count(name) != 0;
  }

  std::size_t size() const {
    return children_.size();
  }

  /// Returns the children that are wanted, in the order of their names.
  children list(const list_children& wanted) const {
    std::vector<const std::pair<const std::string, child_entry>*> found;
    children result;
    for (auto& x : children_) {
      auto at = x.first.find(wanted.part);
      if (at == std::string::npos || (wanted.from_start && at != 0))
        continue;
      ++result.total;
      if (wanted.after.empty() || x.first > wanted.after)
        found.push_back(&x);
    }
    for (auto* x : first_of(
           std::move(found), wanted.limit,
           [](auto* y) -> auto& { return y->first; }))
      result.page.push_back({x->first, x->second.actor});
    return result;
  }

  /// Returns the child of this number, if there is one.
  children list(const find_child& wanted) const {
    auto i = names_.find(wanted.number);
    if (i == names_.end())
      return {};
    return {{{i->second, children_.at(i->second).actor}}, 1};
  }

  template <class F>
  void for_each(F f) const {
    for (auto& [name, x] : children_)
      f(x.actor);
  }

private:
  struct child_entry {
    Handle actor;
    std::size_t passed_on = 0;
  };

  std::unordered_map<std::string, child_entry> children_;
  std::unordered_map<actor_number, std::string> names_;
};

} // namespace atrium
