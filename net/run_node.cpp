#include "atrium/net/run_node.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/broker/tcp/pass_phrase.hpp"
#include "atrium/net/node/file_budget.hpp"
#include "atrium/net/node/node.hpp"
#include "atrium/net/node/signal_handler.hpp"
#include "atrium/net/node/stop_watchdog.hpp"
#include "atrium/net/node/systemd.hpp"
#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/option_values.hpp"
#include "atrium/net/options/parse_options.hpp"
#include "atrium/net/options/version.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace atrium {

namespace {

// What makes an address one of TLS.
std::string s_of(const std::string& certificate) {
  return certificate.empty() ? "" : "s";
}

void tell_api_without_keys(const listen_address& where) {
  if (where.is_loopback())
    log::info("api_local", "the API needs no key, on this machine only");
  else
    log::warn("api_closed",
              "the API refuses everybody: other machines can reach {}, and no "
              "--api-key-file has keys",
              show_address(where));
}

void announce(const node& x, const options& from) {
  auto where = show_address(x.address());
  std::string bus;
  for (auto& each : redis_addresses(from.bus))
    bus += (bus.empty() ? "" : " ") + each.masked();
  if (bus.empty())
    bus = "in-process";
  log::info("node_started",
            {{"version", version()}, {"node", x.id()}, {"bus", bus}},
            "atrium starts");
  if (from.auth.mode != auth_mode::none)
    log::info("auth_required", "users are known by {}",
              show_auth_mode(from.auth.mode));
  else if (from.listen.is_loopback())
    log::info("auth_local",
              "users need no proof of who they are, on this machine only");
  else
    log::warn("auth_open", "anybody who reaches {} may use any user's name",
              where);
  if (auto internal = x.internal_address()) {
    if (from.api.key_file.empty())
      tell_api_without_keys(*internal);
    if (!internal->is_loopback())
      log::warn("internal_open",
                "anybody who reaches {} may ask how the node is",
                show_address(*internal));
    auto scheme = "http" + s_of(from.internal.tls.cert) + "://";
    log::info("internal_listening", "serving operators on {}",
              internal->path.empty()
                ? scheme + show_address(*internal) + "/health"
                : show_address(*internal));
  }
  auto s = s_of(from.tls.cert);
  log::info("node_listening", "listening on http{}://{}/ and ws{}://{}/ws", s,
            where, s, where);
}

} // namespace

int run_node(int argc, const char* const* argv, room_types rooms,
             const own_options& own) {
  const auto variables = process_variables();
  const auto table = own.table();
  auto parsed = parse_options(argc, argv, variables, table);
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  // stderr may be a pipe whose reader has gone: no reason to end the node.
  std::signal(SIGPIPE, SIG_IGN);
  // Before any key is read.
  never_ask_for_pass_phrases();
  log::set_format(parsed.value.log.format);
  log::set_threshold(parsed.value.log.level);
  for (auto& name : parsed.ignored)
    log::warn("variable_ignored", {{"variable", name}},
              "a variable of an orchestrator is not an option");
  // Before the node is made: the node divides the descriptors of the process.
  raise_file_limit();
  // Before the node, which may take its time: a signal meanwhile counts.
  signal_handler signals{parsed.value.log.level};
  own.adopt(parsed.value); // before there are rooms
  node running{parsed.value, std::move(rooms), table};
  auto error = running.start();
  if (error.empty()) {
    announce(running, parsed.value);
    // Only when both listeners are open: units that are ordered after this one
    // connect at once.
    systemd::notify_ready();
    signals.serve([&] {
      // The same flags and variables, the file anew.
      running.reload(parse_options(argc, argv, variables, table));
      own.adopt(running.current_options());
      return running.current_options().log.level;
    });
    systemd::notify_stopping();
  } else {
    log::error("node_start_failed", "{}", error);
  }
  {
    // Also when the node could not start: its threads have to be joined, too.
    stop_watchdog watchdog{running.longest_stop(),
                           [&running] { return running.waits_for(); }};
    if (!running.stop())
      end_process(EXIT_FAILURE); // joining stuck threads would hang
  }
  if (error.empty())
    log::info("node_stopped", "node has stopped");
  // A reader of stderr that is slow may still have the last lines; one that is
  // stuck does not hold up the end.
  log::flush(std::chrono::milliseconds{500});
  return error.empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

} // namespace atrium
