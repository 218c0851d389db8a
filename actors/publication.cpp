#include "atrium/actors/publication.hpp"

namespace atrium {

publication::publication(shared_bytes bytes, packet x)
  : about_(std::move(x.content)),
    bytes_(std::move(bytes)),
    json_(x.json),
    skip_sender_(x.skip_sender) {
  leave_data_to_json();
}

publication::publication(envelope x)
  : about_(std::move(x)),
    bytes_(std::make_shared<const std::string>(to_json(about_))),
    json_(*bytes_) {
  leave_data_to_json();
}

// The text has the data already, verbatim and mostly at its end, so that a
// message that waits takes its memory once.
void publication::leave_data_to_json() {
  data_ = json_.substr(json_.rfind(about_.data), about_.data.size());
  about_.data = std::string{};
}

frame publication::encoded_by(const message_encoder& by) const {
  std::lock_guard guard{mutex_};
  return made_.of(by, [&] {
    auto bytes = by.encode(*this);
    if (about_.to != scope::room)
      return frame{std::move(bytes)};
    // A slow client may not get this frame: then it is told what it has missed.
    return frame{std::move(bytes), {about_.target, about_.time, about_.time}};
  });
}

frame delivery::make(const message_encoder& by) const {
  auto result = what_.encoded_by(by).of_room(room_, policy_);
  return apart_ ? result.counted_apart() : result;
}

} // namespace atrium
