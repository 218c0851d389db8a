#include "atrium/broker/redis/sentinel_asker.hpp"

#include <charconv>

namespace atrium {

namespace {

std::optional<redis_host> host_in(resp_reply reply) {
  if (reply.size() != 3 || reply[0].type != resp_type::array)
    return std::nullopt;
  redis_host result{std::string{reply[1].text}, 0};
  auto port = reply[2].text;
  std::from_chars(port.data(), port.data() + port.size(), result.port);
  if (result.name.empty() || result.port == 0)
    return std::nullopt;
  return result;
}

// Names and values in turn.
std::uint64_t epoch_in(resp_reply reply) noexcept {
  std::uint64_t result = 0;
  for (std::size_t i = 1; i + 1 < reply.size(); i += 2)
    if (reply[i].text == "config-epoch") {
      auto text = reply[i + 1].text;
      std::from_chars(text.data(), text.data() + text.size(), result);
    }
  return result;
}

} // namespace

// Only the second says of which epoch that is, but during a failover it goes on
// to name the old master when the first names the new one already.
void sentinel_asker::compose(std::string& out) {
  if (!is_due_ || missing_ != 0)
    return;
  is_due_ = false;
  missing_ = 2;
  append_command(out, {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", master_});
  append_command(out, {"SENTINEL", "MASTER", master_});
}

std::string_view sentinel_asker::on_reply(resp_reply reply) {
  if (missing_ == 0)
    return "the sentinel answers what nobody has asked";
  if (missing_-- == 2) {
    found_.reset();
    if (is_error(reply))
      return complaint_ = loggable(reply.front().text);
    if (auto host = host_in(reply))
      found_ = answer{std::move(*host)};
    else if (reply.front().type != resp_type::nil)
      return "the sentinel does not answer as sentinels do";
    return {};
  }
  if (found_)
    found_->epoch = epoch_in(reply);
  return complaint_ = on_answer_(found_);
}

} // namespace atrium
