#include "atrium/net/inspector/inspector_context.hpp"

#include "atrium/actors/room_homes.hpp"

namespace atrium {

parent_actor inspector_context::parent_of(child_kind kind) const {
  if (kind != child_kind::owner)
    return directory;
  return env->homes ? parent_actor{env->homes->table()} : parent_actor{};
}

} // namespace atrium
