#include "atrium/actors/publication.hpp"

namespace atrium {

publication::publication(shared_bytes bytes, const packet& x)
  : bytes_(std::move(bytes)),
    texts_(x.texts),
    about_(x.about),
    json_(x.json),
    data_(x.data),
    inbox_id_(x.inbox ? x.inbox->id : std::string_view{}),
    inbox_previous_(x.inbox ? x.inbox->previous : std::string_view{}),
    skip_sender_(x.skip_sender),
    offset_(x.at ? x.at->offset : 0),
    previous_(x.at ? x.at->previous : 0) {
  // nop
}

// The text has the data already, so that a message that waits takes its memory
// once.
publication::publication(envelope x)
  : bytes_(std::make_shared<const std::string>(to_json(x))),
    json_(*bytes_),
    data_(json_.substr(json_.size() - x.data.size() - 1, x.data.size())) {
  auto own = std::make_shared<const envelope_head>(std::move(x));
  about_ = head_as<packet_head>(*own);
  texts_ = std::move(own);
}

frame publication::encoded_by(const message_encoder& by) const {
  std::lock_guard guard{mutex_};
  return made_.of(by, [&] {
    auto bytes = by.encode(*this);
    if (about_.to != scope::room)
      return frame{std::move(bytes)};
    // A slow client may not get this frame: then it is told what it has missed.
    return frame{std::move(bytes),
                 {std::string{about_.target}, about_.time, about_.time}};
  });
}

frame delivery::make(const message_encoder& by) const {
  auto result = what_.encoded_by(by).of_room(room_, policy_);
  return apart_ ? result.counted_apart() : result;
}

} // namespace atrium
