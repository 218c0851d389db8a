#pragma once

#include "atrium/broker/log/log.hpp"
#include "atrium/broker/registry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// Where a node listens. Port 0 lets the system choose a free one.
struct listen_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string path = {}; ///< Of a Unix socket; then there is no host or port.

  /// Returns whether only this machine can reach the address.
  bool is_loopback() const;

  bool operator==(const listen_address&) const = default;
};

/// Who says who somebody is.
enum class auth_mode : std::uint8_t {
  none, ///< What the client says.
  jwt,  ///< A signed token.
  url,  ///< The operator's backend.
};

/// Everything an operator can set on a node; option_table.cpp explains each
/// member, with its range. Read once at start and passed down.
struct options {
  listen_address listen;
  /// HOST:PORT, `unix://PATH` or `off`; empty: next to `listen`.
  std::string internal;
  std::string internal_tls_cert; ///< Empty: no TLS for operators.
  std::string internal_tls_key;
  std::string admin_token_file; ///< Empty: this machine only may act.
  std::string redis;            ///< Empty: the in-process bus.
  std::string name_space = "dev:atrium";
  std::string node_id; ///< Empty: the node makes one up.
  std::string config;  ///< Empty: no file.
  log::level log_level = log::level::info;
  log::format log_format = log::format::text;
  std::vector<std::string>
    trace_user; ///< Names; see actors/util/watch_list.hpp.
  std::vector<std::string> trace_room;
  std::size_t lanes = 0; ///< 0: one per two processors that may be used.
  std::size_t workers = 2;
  std::size_t max_message_bytes = 65'536;
  std::chrono::seconds ping_interval{25};
  std::chrono::seconds handshake_timeout{10};
  std::chrono::seconds idle_timeout{0}; ///< 0: none.
  std::size_t outbox_bytes = 1'048'576;
  std::vector<std::string> outbox_policy; ///< Rules; empty: disconnect.
  std::chrono::microseconds flush_window{5'000};
  std::size_t room_queue_bytes = 16'777'216;
  std::size_t bus_queue_bytes = 268'435'456;
  std::size_t lane_queue_bytes = 67'108'864;
  std::size_t max_connections = 100'000;
  std::size_t max_rooms = 128;
  std::size_t max_room_members = 0; ///< 0: no limit.
  std::size_t max_node_rooms = 100'000;
  std::size_t max_user_rooms = 0; ///< 0: a share of the node's.
  std::size_t max_header_bytes = 8'192;
  std::string memory_watermark = "90%"; ///< Or bytes; 0: none.
  std::size_t request_window = 64;
  std::size_t messages_per_second = 10'000; ///< 0: no limit, as below.
  std::size_t messages_burst = 0;           ///< 0: what a second allows.
  std::size_t bytes_per_second = 16'777'216;
  std::size_t bytes_burst = 0;
  std::size_t errors_per_minute = 300;
  std::size_t user_connections = 5; ///< 0: no limit.
  surplus_policy user_policy = surplus_policy::reject;
  std::chrono::seconds user_lease{60};
  std::size_t handshakes_per_second = 10'000;
  std::size_t connections_per_address = 0;
  std::size_t max_pending = 16'384;
  std::vector<std::string> allow_origin; ///< Empty: the node's own host only.
  bool allow_anonymous = false;
  std::string page;     ///< `on` or `off`; empty: on without `auth`.
  std::string tls_cert; ///< Empty: no TLS.
  std::string tls_key;
  std::vector<std::string> trusted_proxy; ///< Empty: nobody's word counts.
  bool proxy_protocol = false;
  auth_mode auth = auth_mode::none;
  std::string jwt_alg; ///< Required with `jwt`.
  std::string jwt_secret_file;
  std::string jwt_key;
  std::string jwt_keys;
  std::string jwt_issuer;   ///< Empty: not checked.
  std::string jwt_audience; ///< Empty: not checked.
  std::chrono::seconds jwt_leeway{5};
  std::vector<std::string> default_rooms;
  std::string auth_url; ///< Required with `url`.
  std::vector<std::string> auth_header;
  std::chrono::seconds auth_timeout{5};
  std::size_t auth_concurrency = 256;
  std::chrono::seconds bus_timeout{5};
  std::size_t bus_pending = 65'536;
  std::size_t bus_pending_bytes = 67'108'864;
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_window{5'000};
  std::chrono::seconds grace{10};

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

  /// Returns what is wrong, or nothing: for options that a program has set
  /// without `parse_options`.
  std::string validate() const;
};

/// Environment variables by name.
using variable_map = std::map<std::string, std::string>;

/// Returns a copy of the environment of this process.
variable_map process_variables();

/// What `parse_options` made of its input.
struct parsed_options {
  options value;
  /// Set when the program should print `text` and end: 0 after `--help` or
  /// `--version` (to stdout), 2 after an error (to stderr).
  std::optional<int> exit_code;
  std::string text;
  std::vector<std::string> ignored; ///< Variables of an orchestrator.
};

/// Reads options from flags, `ATRIUM_*` variables and the file that either of
/// them names; the first of these sources that sets an option wins. Anything
/// unknown, ill-typed or out of range is an error that names the flag, the
/// variable or the line. `argv` is a main function's, with or without the word
/// `node` in front of the flags.
parsed_options parse_options(int argc, const char* const* argv,
                             const variable_map& variables
                             = process_variables());

} // namespace atrium
