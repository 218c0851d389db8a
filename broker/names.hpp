#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atrium {

/// Escapes `id` so that it can stand between the colons and braces of a channel
/// name: `A-Z a-z 0-9 - . _ ~` and bytes from 0x80 stay, everything else
/// becomes
/// `%XX` in upper case.
std::string escape(std::string_view id);

/// Reverses `escape`. Accepts exactly what `escape` produces, so that there is
/// one name for each id and one id for each name.
std::optional<std::string> unescape(std::string_view text);

/// Names the channels of one installation. The braces make the whole name the
/// hash tag of Redis Cluster, so that the keys of a room share a slot and rooms
/// spread.
class channel_names {
public:
  /// `name_space` is `environment:service` or `environment:service:tenant`.
  explicit channel_names(std::string name_space)
    : namespace_(std::move(name_space)) {
    // nop
  }

  /// `{namespace:room:<escaped>}`
  std::string room(std::string_view name) const;

  /// `{namespace:user:<escaped>}`
  std::string user(std::string_view name) const;

  /// `{namespace:node:<escaped>}`: what others say to the node of this run.
  std::string node(std::string_view run) const;

  /// `{namespace:nodes}`: what nodes say to all of them.
  std::string nodes() const;

  /// `{namespace:inbox}`: what keys begin with that are about all inboxes.
  std::string inboxes() const;

  /// `{namespace:all}`
  std::string all() const;

  /// `{namespace:probe:<escaped>}`: where a node hears itself.
  std::string probe(std::string_view node_id) const;

  /// `{namespace}:events`: what the back end hears. The same tag as all keys
  /// that begin so.
  std::string events() const;

private:
  std::string named(std::string_view kind, std::string_view id) const;

  std::string namespace_;
};

} // namespace atrium
