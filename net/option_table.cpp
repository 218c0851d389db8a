#include "atrium/net/option_table.hpp"

#include "atrium/net/option_values.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>
#include <utility>

namespace atrium {

namespace {

using strings = std::vector<std::string>;
using rows = std::vector<option_entry>;

option_entry row(option_kind kind, std::string name, std::string takes,
                 std::string help) {
  option_entry res;
  res.kind = kind;
  res.name = std::move(name);
  res.takes = std::move(takes);
  res.help = std::move(help);
  return res;
}

// -- rows by the type of the member -------------------------------------------

void assign(std::size_t& out, std::uint64_t value) {
  out = value;
}

template <class Rep, class Period>
void assign(std::chrono::duration<Rep, Period>& out, std::uint64_t value) {
  out = std::chrono::duration<Rep, Period>{static_cast<Rep>(value)};
}

std::string show_number(std::size_t value) {
  return std::to_string(value);
}

template <class Rep, class Period>
std::string show_number(std::chrono::duration<Rep, Period> value) {
  return std::to_string(value.count());
}

template <class T>
option_entry number(std::string name, T options::*member, number_range range,
                    std::string help) {
  auto res = row(option_kind::number, std::move(name), "N", std::move(help));
  res.range = range.text();
  res.store = [=](options& out, const strings& values) {
    std::uint64_t value = 0;
    auto error = read_number(values.front(), range, value);
    if (error.empty())
      assign(out.*member, value);
    return error;
  };
  res.show
    = [=](const options& in) -> strings { return {show_number(in.*member)}; };
  return res;
}

using text_check = std::string(const std::string&);

option_entry text(std::string name, std::string options::*member,
                  std::string takes, text_check* check, std::string help) {
  auto res = row(option_kind::text, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    auto error = check ? check(values.front()) : std::string{};
    if (error.empty())
      out.*member = values.front();
    return error;
  };
  res.show = [=](const options& in) -> strings { return {in.*member}; };
  return res;
}

/// Makes a row for a member with its own pair of conversions.
template <class T>
option_entry value(std::string name, T options::*member, std::string takes,
                   std::string (*read)(const std::string&, T&),
                   std::string (*show)(const T&), std::string help) {
  auto res = row(option_kind::text, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    return read(values.front(), out.*member);
  };
  res.show = [=](const options& in) -> strings { return {show(in.*member)}; };
  return res;
}

option_entry list(std::string name, strings options::*member, std::string takes,
                  text_check* check, std::string help) {
  auto res = row(option_kind::list, std::move(name), std::move(takes),
                 std::move(help));
  res.store = [=](options& out, const strings& values) {
    for (const auto& value : values)
      if (auto error = check(value); !error.empty())
        return error;
    out.*member = values;
    return std::string{};
  };
  res.show = [=](const options& in) { return in.*member; };
  return res;
}

option_entry toggle(std::string name, bool options::*member, std::string help) {
  auto res = row(option_kind::toggle, std::move(name), "", std::move(help));
  res.store = [=](options& out, const strings& values) {
    return read_toggle(values.front(), out.*member);
  };
  res.show = [=](const options& in) -> strings {
    return {in.*member ? "true" : "false"};
  };
  return res;
}

// -- the table ----------------------------------------------------------------

/// Adds rows under a heading of the help.
void append(rows& table, const std::string& group, rows group_rows) {
  for (auto& row : group_rows) {
    row.group = group;
    table.push_back(std::move(row));
  }
}

rows make_table() {
  using o = options;
  rows res;
  append(
    res, "Node",
    {
      value("listen", &o::listen, "HOST:PORT", read_address, show_address,
            "Address to listen on, an IPv6 address in brackets; port 0 "
            "lets the system choose."),
      text("redis", &o::redis, "URL", check_redis,
           "Redis that joins the nodes: redis://[user:password@]host:port"
           "[/db] or unix:///path. Without it the node is alone."),
      text("namespace", &o::name_space, "NAME", check_name_space,
           "Prefix of all channels in Redis; nodes of one namespace work "
           "together."),
      text("node-id", &o::node_id, "NAME", check_node_id,
           "Name of this node, unlike that of any other. Without it the "
           "host name and a random part."),
      text("config", &o::config, "FILE", nullptr,
           "File with options: TOML, one `name = value` a line."),
      value("log-level", &o::log_level, "LEVEL", read_log_level, show_log_level,
            "Least important messages to log: trace, debug, info, warn, "
            "error or off."),
      number("lanes", &o::lanes, {0, 256},
             "Threads that serve sockets; 0 means one per core."),
      number("workers", &o::workers, {1, 64},
             "Threads that run the logic of rooms and users."),
      number("grace", &o::grace, {1, 3600, "s"},
             "Time in which a stop signal lets clients leave."),
    });
  append(res, "Connections",
         {
           list("allow-origin", &o::allow_origin, "ORIGIN", check_origin,
                "Origin of web pages that may connect, may be repeated; * "
                "means every page. Without it the node's own host only."),
           toggle("allow-anonymous", &o::allow_anonymous,
                  "Let clients choose their user name without proof although "
                  "other machines can reach the node."),
           number("ping-interval", &o::ping_interval, {1, 3600, "s"},
                  "Time between pings; a connection that is silent for two of "
                  "them is closed."),
           number("handshake-timeout", &o::handshake_timeout, {1, 300, "s"},
                  "Time a client has for its HTTP request."),
           number("flush-window", &o::flush_window, {0, 100'000, "us"},
                  "Longest time for which a busy lane gathers messages; it "
                  "gathers for as long as its last writing took."),
         });
  append(
    res, "Limits",
    {
      number("max-message-bytes", &o::max_message_bytes,
             {128, 16'777'216, "bytes"}, "Largest frame of a client."),
      number("outbox-bytes", &o::outbox_bytes, {4'096, 1'073'741'824, "bytes"},
             "What may wait for one slow connection before it is closed."),
      number("request-window", &o::request_window, {1, 65'536, "requests"},
             "Unanswered requests of one connection before the node stops "
             "reading from it."),
      number("max-connections", &o::max_connections,
             {1, 10'000'000, "connections"}, "Connections of this node."),
      number("max-rooms", &o::max_rooms, {1, 100'000, "rooms"},
             "Rooms that one connection may be in."),
      number("max-room-members", &o::max_room_members,
             {0, 10'000'000, "connections"},
             "Members of one room on this node; 0 means no limit."),
    });
  append(res, "Bus",
         {
           number("bus-timeout", &o::bus_timeout, {1, 300, "s"},
                  "Time for which a request waits for the bus."),
           number("bus-pending", &o::bus_pending, {1, 10'000'000, "messages"},
                  "Messages that may wait for Redis before publishers are "
                  "refused."),
           number("bus-pending-bytes", &o::bus_pending_bytes,
                  {65'536, 4'294'967'296, "bytes"},
                  "Size of the messages that may wait for Redis."),
         });
  return res;
}

/// Counts the single-character edits between two words (Levenshtein).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      auto replace = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replace, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

} // namespace

std::string option_entry::variable() const {
  std::string res = "ATRIUM_";
  for (auto c : name)
    res += c == '-' ? '_' : static_cast<char>(std::toupper(c));
  return res;
}

const std::vector<option_entry>& option_table() {
  static const auto table = make_table();
  return table;
}

const option_entry* find_option(std::string_view name) {
  const auto& table = option_table();
  auto i = std::find_if(table.begin(), table.end(),
                        [=](const auto& entry) { return entry.name == name; });
  return i != table.end() ? &*i : nullptr;
}

const option_entry* similar_option(std::string_view name) {
  const option_entry* best = nullptr;
  auto limit = std::min(name.size() / 2, std::size_t{3}) + 1;
  for (const auto& entry : option_table())
    if (auto edits = distance(name, entry.name); edits < limit) {
      best = &entry;
      limit = edits;
    }
  return best;
}

} // namespace atrium
