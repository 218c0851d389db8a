#include "atrium/broker/redis/redis_setup.hpp"

#include "atrium/broker/redis/redis_dialog.hpp"

#include <algorithm>

namespace atrium {

namespace {

std::string run_id_in(std::string_view info) {
  constexpr std::string_view name = "run_id:";
  auto begin = info.find(name);
  if (begin == info.npos)
    return {};
  info.remove_prefix(begin + name.size());
  return std::string{info.substr(0, info.find_first_of("\r\n"))};
}

} // namespace

std::string_view role_but_master(resp_reply reply) noexcept {
  auto is_role = reply.size() > 1 && reply[0].type == resp_type::array;
  if (!is_role || reply[1].text == "master")
    return {};
  return reply[1].text;
}

redis_setup::redis_setup(const redis_client_config& config,
                         std::string_view client_name, link_purpose purpose,
                         std::string& out)
  : is_nobody_(config.address.tls && config.access
               && !config.access->get()->has_certificate) {
  // AUTH first: without it Redis refuses everything else (NOAUTH). All commands
  // go out at once, so a set-up costs one round trip.
  log_in(config, purpose, out);
  auto is_for_redis = purpose == link_purpose::commands
                      || purpose == link_purpose::subscriptions;
  if (config.address.db != 0 && is_for_redis) {
    steps_.push_back(step::select);
    append_command(out, {"SELECT", std::to_string(config.address.db)});
  }
  steps_.push_back(step::set_name);
  append_command(out, {"CLIENT", "SETNAME", client_name});
  // A server that loads its data refuses PING but takes SUBSCRIBE: without this
  // the link would come up too early.
  steps_.push_back(step::ping);
  append_command(out, {"PING"});
  if (is_for_redis) {
    steps_.push_back(step::role);
    append_command(out, {"ROLE"});
  }
  if (purpose == link_purpose::commands) {
    steps_.push_back(step::info);
    append_command(out, {"INFO", "server"});
  }
  std::ranges::reverse(steps_);
}

// With TLS 1.3 a server that misses a certificate says so after the handshake,
// and closes the connection, which often takes the alert along.
std::string redis_setup::explain(std::string_view reason) const {
  std::string result{reason};
  if (is_nobody_ && !is_heard_)
    result += "; the server may want a certificate of the node (redis-cert)";
  return result;
}

// The password is read anew each time: it may have been replaced.
void redis_setup::log_in(const redis_client_config& config,
                         link_purpose purpose, std::string& out) {
  auto user = config.address.user;
  auto password = config.address.password;
  if (purpose == link_purpose::sentinel) {
    user = config.access ? config.access->get()->sentinel_user : "";
    password = config.access ? config.access->get()->sentinel_password : "";
  } else if (config.access && !config.access->get()->password.empty()) {
    password = config.access->get()->password;
  }
  if (password.empty())
    return;
  steps_.push_back(step::auth);
  if (user.empty())
    append_command(out, {"AUTH", password});
  else
    append_command(out, {"AUTH", user, password});
}

auto redis_setup::on_reply(resp_reply reply) -> result {
  is_heard_ = true;
  auto current = steps_.back();
  steps_.pop_back();
  error_ = flaw(current, reply);
  if (!error_.empty())
    return result::failed;
  return steps_.empty() ? result::done : result::more;
}

// A connection without a name is as good as one with, a user who may not PING
// is at least known to the server, and one who may not ask for its role, or
// whose server has no such command, learns it from the first write. Who may not
// ask which server it is takes it for the same after each start.
std::string redis_setup::flaw(step current, resp_reply reply) {
  if (current == step::info) {
    if (!is_error(reply))
      incarnation_ = run_id_in(reply.front().text);
    return {};
  }
  if (current == step::role) {
    auto role = role_but_master(reply);
    return role.empty() ? "" : std::string{no_master} + std::string{role};
  }
  auto is_optional = current == step::set_name || current == step::ping;
  auto is_denied = reply.front().text.starts_with("NOPERM ");
  if (!is_error(reply) || (is_optional && is_denied))
    return {};
  return std::string{loggable(reply.front().text)};
}

} // namespace atrium
