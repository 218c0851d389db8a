#include "atrium/net/inspect_port.hpp"

#include "atrium/broker/log.hpp"
#include "atrium/net/inspect_desk.hpp"
#include "atrium/net/option_values.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

namespace atrium {

namespace {

certificate_paths paths_of(const options& from) {
  return {from.inspect_cert, from.inspect_key, from.inspect_ca};
}

} // namespace

std::string check_inspect(const options& from) {
  auto paths = paths_of(from);
  if (paths.any() && !paths.all())
    return (paths.cert.empty()  ? "inspect-cert"
            : paths.key.empty() ? "inspect-key"
                                : "inspect-ca")
           + std::string{": missing; none of --inspect-cert, --inspect-key and "
                         "--inspect-ca works without the others"};
  if (from.inspect_port == 0 || paths.all()
      || listen_address{from.inspect_host, 0}.is_loopback())
    return {};
  return "inspect-host: other machines can reach " + from.inspect_host
         + ", and whoever does may do anything; that needs --inspect-cert, "
           "--inspect-key and --inspect-ca";
}

inspect_port::inspect_port(const options& from)
  : host_(from.inspect_host),
    port_(static_cast<std::uint16_t>(from.inspect_port)) {
  auto paths = paths_of(from);
  if (port_ == 0 || !paths.all())
    return;
  error_ = remoting_.read(paths);
  if (!error_.empty())
    error_ = "inspect-" + error_;
}

void inspect_port::load_into(caf::actor_system_config& out) const {
  if (port_ != 0 && error_.empty())
    remoting_.load_into(out, remoting::side::server);
}

std::string inspect_port::open(caf::actor_system& system,
                               const inspect_service& inspector,
                               std::shared_ptr<counters> count) {
  if (port_ == 0 || !error_.empty())
    return error_;
  auto where = show_address({host_, port_});
  auto desk = spawn_inspect_desk(system, inspector, std::move(count));
  auto done = remoting_.publish(desk, host_, port_);
  if (!done) {
    caf::anon_send_exit(desk, caf::exit_reason::user_shutdown);
    return "inspect-port: cannot listen on " + where;
  }
  desk_ = std::move(desk);
  log::info("inspect_listening", "answering atrium inspect at {}, {}", where,
            remoting_.is_secure() ? "to those with a certificate"
                                  : "to anybody on this machine");
  return {};
}

void inspect_port::close() {
  if (!desk_)
    return;
  remoting::close(desk_.home_system(), port_);
  caf::anon_send_exit(desk_, caf::exit_reason::user_shutdown);
  desk_ = nullptr;
}

} // namespace atrium
