#include "atrium/net/run_node.hpp"

#include "atrium/broker/log.hpp"
#include "atrium/broker/redis_url.hpp"
#include "atrium/net/node.hpp"
#include "atrium/net/option_values.hpp"
#include "atrium/net/service_manager.hpp"
#include "atrium/net/version.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

namespace atrium {

namespace {

// What makes an address one of TLS.
std::string s_of(const std::string& certificate) {
  return certificate.empty() ? "" : "s";
}

void announce(const node& x, const options& from) {
  auto where = show_address(x.address());
  auto bus = from.redis.empty() ? std::string{"in-process"}
                                : parse_redis_url(from.redis).url->masked();
  log::info("node_started",
            {{"version", version()}, {"node", x.id()}, {"bus", bus}},
            "atrium starts");
  if (from.auth != auth_mode::none)
    log::info("auth_required", "users are known by {}",
              show_auth_mode(from.auth));
  else if (from.listen.is_loopback())
    log::info("auth_local",
              "users need no proof of who they are, on this machine only");
  else
    log::warn("auth_open", "anybody who reaches {} may use any user's name",
              where);
  if (auto internal = x.internal_address()) {
    if (!internal->is_loopback())
      log::warn("internal_open",
                "anybody who reaches {} may ask how the node is",
                show_address(*internal));
    auto scheme = "http" + s_of(from.internal_tls_cert) + "://";
    log::info("internal_listening", "serving operators on {}",
              internal->path.empty()
                ? scheme + show_address(*internal) + "/health"
                : show_address(*internal));
  }
  auto s = s_of(from.tls_cert);
  log::info("node_listening", "listening on http{}://{}/ and ws{}://{}/ws", s,
            where, s, where);
}

// Every connection is a file; where nobody thought of it the soft limit is
// 1024.
void allow_many_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0)
    return;
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

/// Catches the signals for a node, from its construction on: one that comes
/// while the node starts is not lost.
class signal_desk {
public:
  /// `usual` is the level of the log that the options say.
  explicit signal_desk(log::level usual)
    : usual_level_(usual),
      stop_(io_, SIGINT, SIGTERM),
      reload_(io_, SIGHUP),
      level_(io_, SIGUSR1) {
    stop_.async_wait([this](auto, int number) {
      log::info("node_stopping", "node stops on {}",
                number == SIGINT ? "SIGINT" : "SIGTERM");
      io_.stop();
    });
  }

  /// Reloads on SIGHUP, changes the log's level on SIGUSR1. Returns after the
  /// first signal to stop; a second one has its default effect.
  void serve(node& x) {
    reload_on_signal(x);
    change_level_on_signal();
    io_.run();
    stop_.clear();
  }

private:
  void reload_on_signal(node& x) {
    reload_.async_wait([this, &x](auto error, int) {
      if (error)
        return;
      service_manager::say_reloading();
      x.reload();
      service_manager::say_ready();
      reload_on_signal(x);
    });
  }

  // From the usual level to debug and back, from wherever it is; where debug
  // is usual, to trace.
  void change_level_on_signal() {
    level_.async_wait([this](auto error, int) {
      if (error)
        return;
      auto other = usual_level_ == log::level::debug ? log::level::trace
                                                     : log::level::debug;
      auto is_usual = log::threshold() == usual_level_;
      log::change_threshold(is_usual ? other : usual_level_, "SIGUSR1");
      change_level_on_signal();
    });
  }

  const log::level usual_level_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set stop_;
  boost::asio::signal_set reload_;
  boost::asio::signal_set level_;
};

} // namespace

int run_node(int argc, const char* const* argv, room_types rooms) {
  auto parsed = parse_options(argc, argv);
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  std::signal(SIGPIPE, SIG_IGN);
  allow_many_files();
  log::set_format(parsed.value.log_format);
  log::set_threshold(parsed.value.log_level);
  signal_desk signals{parsed.value.log_level};
  node running{parsed.value, std::move(rooms)};
  if (auto error = running.start(); !error.empty()) {
    log::error("node_start_failed", "{}", error);
    return EXIT_FAILURE;
  }
  announce(running, parsed.value);
  service_manager::say_ready();
  signals.serve(running);
  service_manager::say_stopping();
  if (!running.stop())
    std::_Exit(EXIT_FAILURE); // joining stuck threads would hang
  log::info("node_stopped", "node has stopped");
  return EXIT_SUCCESS;
}

} // namespace atrium
