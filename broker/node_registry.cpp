#include "atrium/broker/node_registry.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <charconv>
#include <cmath>
#include <set>

namespace atrium {

namespace {

// Not null: a reader of the list expects a number.
void add_decimal(json_writer& to, json_key name, double x) {
  to.key(name).decimal(std::isfinite(x) ? x : 0., 3);
}

// Each text may come from another node by way of Redis: one that is not UTF-8
// must not spoil the list.
void add_load(json_writer& to, const node_info& x) {
  to.text("version", utf8_or_empty(x.version))
    .number("uptime_s", x.uptime_s)
    .number("connections", x.connections)
    .number("rooms", x.rooms)
    .number("users", x.users);
  add_decimal(to, "load", x.load);
  to.text("internal", utf8_or_empty(x.internal));
  to.text("homes", utf8_or_empty(x.homes)).boolean("draining", x.draining);
}

void add_row(json_writer& to, const node_row& x) {
  to.open_object()
    .text("node", utf8_or_empty(x.report.node))
    .text("run", utf8_or_empty(x.report.run))
    .boolean("self", x.self)
    .boolean("silent", x.silent);
  add_decimal(to, "seen_s", x.seen_s);
  add_load(to, x.report);
  to.close_object();
}

// Members that are missing or of another type leave the default: a node of
// another version is listed with what is understood.
void read(const json_object& from, const char* name, std::string& to) {
  if (auto raw = from.find(name))
    if (auto x = json_string(*raw))
      to = std::move(*x);
}

void read(const json_object& from, const char* name, std::uint64_t& to) {
  if (auto raw = from.find(name))
    to = json_unsigned(*raw).value_or(to);
}

void read(const json_object& from, const char* name, double& to) {
  auto raw = from.find(name);
  if (!raw)
    return;
  double x = 0;
  auto end = raw->data() + raw->size();
  // Unlike strtod this does not depend on the locale of the process.
  auto [at, error] = std::from_chars(raw->data(), end, x);
  if (error == std::errc{} && at == end && std::isfinite(x))
    to = x;
}

} // namespace

std::string to_json(const node_info& x) {
  std::string result;
  json_writer to{result};
  to.open_object()
    .text("node", utf8_or_empty(x.node))
    .text("run", utf8_or_empty(x.run));
  add_load(to, x);
  to.close_object();
  return result;
}

std::optional<node_info> parse_node_info(std::string_view text) {
  auto object = is_utf8(text) ? json_object::parse(text) : std::nullopt;
  if (!object)
    return std::nullopt;
  node_info x;
  read(*object, "node", x.node);
  read(*object, "run", x.run);
  read(*object, "version", x.version);
  read(*object, "uptime_s", x.uptime_s);
  read(*object, "connections", x.connections);
  read(*object, "rooms", x.rooms);
  read(*object, "users", x.users);
  read(*object, "load", x.load);
  read(*object, "internal", x.internal);
  read(*object, "homes", x.homes);
  x.draining = object->find("draining") == "true";
  return x;
}

std::string to_json(const node_listing& x) {
  std::string result;
  json_writer to{result};
  to.open_object().key("nodes").open_array();
  for (auto& row : x.nodes)
    add_row(to, row);
  to.close_array()
    // The text may come from Redis.
    .text("error", is_utf8(x.error) ? x.error : "not UTF-8")
    .close_object();
  return result;
}

// By name, not by run: a run never comes back. Two silent runs of a name stay:
// its node has crashed twice and is still away.
void drop_returned(node_listing& x) {
  std::set<std::string> present;
  for (auto& row : x.nodes)
    if (!row.silent)
      present.insert(row.report.node);
  std::erase_if(x.nodes, [&](const node_row& row) {
    return row.silent && present.count(row.report.node) != 0;
  });
}

node_listing list_alone(const node_info& self, std::string error) {
  return {{{self, true, false, 0}}, std::move(error)};
}

} // namespace atrium
