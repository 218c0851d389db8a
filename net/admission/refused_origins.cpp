#include "atrium/net/admission/refused_origins.hpp"

#include "atrium/broker/log/log.hpp"

namespace atrium {

namespace {

constexpr std::size_t longest_origin = 256; // in the log

} // namespace

bool refused_origins::is_new(std::string_view origin, clock::time_point now) {
  // Cut before it is kept: the client chooses its length.
  auto text = origin.substr(0, longest_origin);
  std::lock_guard guard{mutex_};
  if (told_.empty() || now - begin_ >= std::chrono::hours{1}) {
    told_.clear();
    begin_ = now;
  }
  return !told_.contains(text) && told_.size() < most
         && told_.emplace(text).second;
}

void refused_origins::tell(std::string_view origin) {
  if (is_new(origin, clock::now()))
    log::warn("origin_refused",
              {{"origin", origin.substr(0, longest_origin)},
               {"option", "--allow-origin"}},
              "a page of another origin may not connect unless the option "
              "names it");
}

} // namespace atrium
