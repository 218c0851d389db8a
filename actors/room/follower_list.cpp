#include "atrium/actors/room/follower_list.hpp"

#include <utility>

namespace atrium {

catch_up follower_list::portion(std::size_t lane, actor_number connection,
                                entrance what) {
  catch_up result;
  result.connection = connection;
  result.messages = std::move(what.messages);
  if (!what.has_more) {
    followers_.erase(connection);
    return result;
  }
  auto end = *what.at;
  if (!result.messages.empty())
    end.offset = result.messages.back()->offset();
  result.number = ++numbers_;
  result.more = room_actor{self_};
  followers_[connection] = {lane, std::move(end), numbers_};
  return result;
}

void follower_list::hand_on(actor_number connection, entrance what) {
  auto i = followers_.find(connection);
  if (i == followers_.end())
    return; // left meanwhile
  auto lane = i->second.lane;
  members_.send(lane, portion(lane, connection, std::move(what)));
}

void follower_list::end(actor_number connection, gap lost) {
  auto gone = followers_.extract(connection);
  if (gone.empty())
    return;
  catch_up last;
  last.connection = connection;
  last.lost = std::move(lost);
  members_.send(gone.mapped().lane, std::move(last));
}

void follower_list::tell(const publication_ptr& x) {
  for (auto& [connection, one] : followers_)
    members_.send(one.lane, tell_member{connection, x, {x->about().time}});
}

const position* follower_list::find(actor_number connection) const {
  auto i = followers_.find(connection);
  return i != followers_.end() ? &i->second.at : nullptr;
}

const position* follower_list::find(const caught_up& x) const {
  auto i = followers_.find(x.connection);
  if (i == followers_.end() || i->second.number != x.number)
    return nullptr;
  return &i->second.at;
}

} // namespace atrium
