#pragma once

#include "atrium/broker/log.hpp"

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

  /// Returns whether only this machine can reach the address.
  bool is_loopback() const;

  bool operator==(const listen_address&) const = default;
};

/// Everything an operator can set on a node; option_table.cpp explains each
/// member, with its range. Read once at start and passed down.
struct options {
  listen_address listen;
  std::string redis; ///< Empty: the in-process bus.
  std::string name_space = "dev:atrium";
  std::string node_id; ///< Empty: the node makes one up.
  std::string config;  ///< Empty: no file.
  log::level log_level = log::level::info;
  std::size_t lanes = 0; ///< 0: one per core.
  std::size_t workers = 2;
  std::size_t max_message_bytes = 65'536;
  std::chrono::seconds ping_interval{25};
  std::chrono::seconds handshake_timeout{10};
  std::size_t outbox_bytes = 1'048'576;
  std::chrono::microseconds flush_window{5'000};
  std::size_t max_connections = 100'000;
  std::size_t max_rooms = 128;
  std::size_t max_room_members = 0; ///< 0: no limit.
  std::size_t request_window = 64;
  std::vector<std::string> allow_origin; ///< Empty: the node's own host only.
  bool allow_anonymous = false;
  std::chrono::seconds bus_timeout{5};
  std::size_t bus_pending = 65'536;
  std::size_t bus_pending_bytes = 67'108'864;
  std::chrono::seconds grace{10};

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
