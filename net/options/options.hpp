#pragma once

#include "atrium/actors/limits.hpp"
#include "atrium/net/admission/admission_options.hpp"
#include "atrium/net/admission/rate_options.hpp"
#include "atrium/net/api/api_options.hpp"
#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/events/event_options.hpp"
#include "atrium/net/http/http_options.hpp"
#include "atrium/net/inspector/internal_options.hpp"
#include "atrium/net/lane/lane_options.hpp"
#include "atrium/net/options/bus_options.hpp"
#include "atrium/net/options/history_options.hpp"
#include "atrium/net/options/inbox_options.hpp"
#include "atrium/net/options/log_options.hpp"
#include "atrium/net/options/presence_options.hpp"
#include "atrium/net/options/stop_options.hpp"
#include "atrium/net/options/task_pool_options.hpp"
#include "atrium/net/protocol/session_options.hpp"
#include "atrium/net/transport/listen_address.hpp"
#include "atrium/net/transport/tls_options.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// Everything an operator can set on a node, a part for each concern, which is
/// declared beside the code that uses it; option_list.cpp explains each member,
/// with its range. Read once at start; each user gets its part.
struct options {
  listen_address listen; ///< For clients.
  tls_options tls;
  internal_options internal; ///< For operators.
  api_options api;           ///< For back ends.
  bus_options bus;
  history_options history;
  presence_options presence;
  inbox_options inbox;
  event_options events;
  std::string node_id; ///< Empty: the node makes one up.
  std::string config;  ///< Empty: no file.
  log_options log;
  lane_options lanes;
  std::size_t workers = 2; ///< Threads for the logic of rooms and users.
  task_pool_options tasks;
  stop_options stop;
  admission_options admission;
  http_options http;
  auth_options auth;
  session_options session;
  rate_options rates;

  /// What actors hold on to; `rooms_per_user` of 0 is a share of the node's.
  struct limits limits;

  /// The values of a program's own options that somebody has set, by name.
  std::map<std::string, std::vector<std::string>> own;

  /// Where operators are served; none if that is off. Without `internal` it is
  /// the loopback address with the port of `listen` plus 1000 (minus, where
  /// that is no port), so that nodes of one machine do not meet; with port 0 a
  /// free one.
  std::optional<listen_address> internal_address() const;

  /// How many of the node's rooms one user may open: what the operator has set,
  /// or else a tenth of them, of a small node up to a half.
  std::size_t room_share() const;

  /// Whether clients are shown the chat page.
  bool has_page() const;
};

} // namespace atrium
