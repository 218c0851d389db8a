#include "atrium/broker/node_registry.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <charconv>
#include <cmath>
#include <fmt/core.h>
#include <set>

namespace atrium {

namespace {

/// Writes one flat JSON object, member by member.
class object_writer {
public:
  void add(const char* name, const std::string& x) {
    begin(name);
    append_json_string(out_, is_utf8(x) ? x : std::string{});
  }

  void add(const char* name, bool x) {
    begin(name);
    out_ += x ? "true" : "false";
  }

  void add(const char* name, std::uint64_t x) {
    begin(name);
    out_ += std::to_string(x);
  }

  void add(const char* name, double x) {
    begin(name);
    out_ += fmt::format("{:.3f}", std::isfinite(x) ? x : 0.);
  }

  std::string take() {
    return '{' + std::move(out_) + '}';
  }

private:
  void begin(const char* name) {
    if (!out_.empty())
      out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }

  std::string out_;
};

void add_load(object_writer& to, const node_info& x) {
  to.add("version", x.version);
  to.add("uptime_s", x.uptime_s);
  to.add("connections", x.connections);
  to.add("rooms", x.rooms);
  to.add("users", x.users);
  to.add("load", x.load);
  to.add("internal", x.internal);
}

std::string to_json(const node_row& x) {
  object_writer to;
  to.add("node", x.report.node);
  to.add("run", x.report.run);
  to.add("self", x.self);
  to.add("silent", x.silent);
  to.add("seen_s", x.seen_s);
  add_load(to, x.report);
  return to.take();
}

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
  auto [at, error] = std::from_chars(raw->data(), end, x);
  if (error == std::errc{} && at == end && std::isfinite(x))
    to = x;
}

} // namespace

std::string to_json(const node_info& x) {
  object_writer to;
  to.add("node", x.node);
  to.add("run", x.run);
  add_load(to, x);
  return to.take();
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
  return x;
}

std::string to_json(const node_listing& x) {
  std::string rows;
  for (auto& row : x.nodes) {
    rows += rows.empty() ? "" : ",";
    rows += to_json(row);
  }
  std::string error;
  append_json_string(error, is_utf8(x.error) ? x.error : "not UTF-8");
  return R"({"nodes":[)" + rows + R"(],"error":)" + error + '}';
}

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
