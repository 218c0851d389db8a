#pragma once

#include <cstddef>
#include <string>

namespace atrium {

/// What nodes want of Redis, as their options say.
struct redis_needs {
  std::string name_space = {};
  bool users = true;                  ///< Connections of a user are counted.
  bool history = false;               ///< Rooms keep what is said in them.
  bool presence = false;              ///< Rooms tell who is in them.
  bool inbox = true;                  ///< Messages to users are kept.
  bool events = false;                ///< The back end hears what happens.
  bool owners = false;                ///< Rooms have one home.
  std::size_t message_bytes = 65'536; ///< Of the largest message.
};

} // namespace atrium
