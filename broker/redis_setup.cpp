#include "atrium/broker/redis_setup.hpp"

#include <algorithm>

namespace atrium {

redis_setup::redis_setup(const redis_url& url, std::string_view client_name,
                         std::string& out) {
  if (!url.password.empty()) {
    steps_.push_back(step::auth);
    if (url.user.empty())
      append_command(out, {"AUTH", url.password});
    else
      append_command(out, {"AUTH", url.user, url.password});
  }
  if (url.db != 0) {
    steps_.push_back(step::select);
    append_command(out, {"SELECT", std::to_string(url.db)});
  }
  steps_.push_back(step::set_name);
  append_command(out, {"CLIENT", "SETNAME", client_name});
  steps_.push_back(step::ping);
  append_command(out, {"PING"});
  std::ranges::reverse(steps_);
}

auto redis_setup::on_reply(resp_reply reply) -> result {
  auto current = steps_.back();
  steps_.pop_back();
  if (is_fatal(current, reply)) {
    error_ = loggable(reply.front().text);
    return result::failed;
  }
  return steps_.empty() ? result::done : result::more;
}

// A connection without a name is as good as one with, and a user who may not
// PING is at least known to the server.
bool redis_setup::is_fatal(step current, resp_reply reply) {
  auto is_optional = current == step::set_name || current == step::ping;
  auto is_denied = reply.front().text.starts_with("NOPERM ");
  return is_error(reply) && !(is_optional && is_denied);
}

} // namespace atrium
