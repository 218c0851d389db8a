#include "atrium/broker/redis/sentinel_listener.hpp"

#include <charconv>
#include <vector>

namespace atrium {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> result;
  for (std::size_t end = 0; end != text.npos;) {
    end = text.find(' ');
    result.push_back(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
  }
  return result;
}

redis_host host_of(std::string_view name, std::string_view port) {
  redis_host result{std::string{name}, 0};
  std::from_chars(port.data(), port.data() + port.size(), result.port);
  return result;
}

} // namespace

void sentinel_listener::compose(std::string& out) {
  if (!is_due_)
    return;
  is_due_ = false;
  is_subscribing_ = true;
  append_command(out, {"SUBSCRIBE", "+switch-master"});
}

// A message is `name old-host old-port new-host new-port`, of any master that
// the sentinel watches.
std::string_view sentinel_listener::on_reply(resp_reply reply) {
  if (is_error(reply))
    return complaint_ = loggable(reply.front().text);
  if (!is_message(reply)) {
    is_subscribing_ = false;
    on_start_();
    return {};
  }
  auto words = words_of(reply[3].text);
  if (words.size() != 5 || words[0] != master_)
    return {};
  auto from = host_of(words[1], words[2]);
  auto to = host_of(words[3], words[4]);
  if (!to.name.empty() && to.port != 0)
    on_move_(from, to);
  return {};
}

} // namespace atrium
