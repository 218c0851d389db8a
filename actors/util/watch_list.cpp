#include "atrium/actors/util/watch_list.hpp"

namespace atrium {

watch_note_ptr watch_list::find(const packet_head& x) const {
  auto watched = (x.to == scope::room && has_room(x.target))
                 || (x.to == scope::user && has_user(x.target))
                 || (x.from && has_user(x.from->user));
  if (!watched)
    return nullptr;
  return std::make_shared<const watch_note>(
    watch_note{std::string{x.event_id}, std::string{x.trace_id}, x.to,
               std::string{x.target}, std::string{x.from ? x.from->user : ""}});
}

} // namespace atrium
