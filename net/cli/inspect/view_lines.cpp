#include "atrium/net/cli/inspect/view_lines.hpp"

#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/cli/inspect/text_table.hpp"
#include "atrium/net/cli/inspect/tree_lines.hpp"

#include <iterator>

namespace atrium::tool {

namespace {

/// A column: the member of a row that it shows, and its heading if that is to
/// be another one.
struct field {
  const char* key;
  bool number = false;
  const char* title = nullptr;
};

using fields = std::vector<field>;

// A node of another version may leave out any member.
const json& member_of(const json& view, const char* key) {
  static const json nothing = json::array();
  auto i = view.find(key);
  return i == view.end() ? nothing : *i;
}

lines table_of(const json& rows, const fields& what, std::size_t width) {
  std::vector<text_table::column> columns;
  for (auto& x : what)
    columns.push_back({x.title ? x.title : title_of(x.key), x.number});
  text_table table{columns};
  for (auto& row : rows) {
    std::vector<std::string> cells;
    for (auto& x : what)
      cells.push_back(field_text(row, x.key));
    table.add(cells);
  }
  return table.empty() ? lines{} : table.lines(width);
}

void append(lines& out, lines more) {
  out.insert(out.end(), std::make_move_iterator(more.begin()),
             std::make_move_iterator(more.end()));
}

void append_part(lines& out, lines part) {
  if (!out.empty() && !part.empty())
    out.emplace_back();
  append(out, std::move(part));
}

// Returns a copy, in which each row says whether it is stuck.
json with_state(json rows) {
  for (auto& x : rows)
    x["state"] = x.contains("stuck") ? "stuck" : "";
  return rows;
}

lines node_lines(json view, std::size_t width) {
  auto lanes = table_of(with_state(member_of(view, "lanes")),
                        {{"name", false, "lane"},
                         {"id", true, "actor"},
                         {"age_s", true},
                         {"connections", true},
                         {"rooms", true},
                         {"mailbox", true},
                         {"queue", true},
                         {"handled", true},
                         {"fan_outs", true},
                         {"errors", true},
                         {"state"}},
                        width);
  // The lanes are a table below.
  view.erase("lanes");
  auto result = object_lines(view);
  append_part(result, std::move(lanes));
  return result;
}

std::string standing_of(const json& node) {
  if (node.value("silent", false))
    return "silent";
  std::string result = node.value("self", false) ? "this one" : "";
  if (node.value("draining", false))
    result += result.empty() ? "draining" : ", draining";
  return result;
}

lines cluster_lines(json view, std::size_t width) {
  auto& nodes = view["nodes"];
  for (auto& x : nodes)
    x["state"] = standing_of(x);
  auto result = table_of(nodes,
                         {{"node"},
                          {"state"},
                          {"version"},
                          {"uptime_s", true},
                          {"connections", true},
                          {"rooms", true},
                          {"users", true},
                          {"load", true},
                          {"seen_s", true},
                          {"internal"}},
                         width);
  if (auto error = field_text(view, "error"); !error.empty())
    result.push_back("problem: " + printable(error));
  return result;
}

// A room, a user or an owner, as the nodes know it that have it.
lines everywhere_lines(const json& view, const char* kind, const char* count) {
  if (!view.contains("nodes"))
    return object_lines(view); // from a node that knows no others
  auto name = printable(field_text(view, kind));
  lines result{std::string{kind} + ' ' + name + ": "
               + count_text(printable(field_text(view, count)), count)};
  for (auto& x : member_of(view, "nodes")) {
    result.emplace_back();
    result.push_back("on " + printable(field_text(x, "node")));
    // A node without a state says in the row why it has none.
    auto& state = member_of(x, "state");
    append(result, object_lines(state.empty() ? x : state, 2));
  }
  // The sum above lacks what these nodes have.
  for (auto& x : member_of(view, "silent"))
    result.push_back("no answer from " + printable(value_text({}, x)));
  if (auto error = field_text(view, "error"); !error.empty())
    result.push_back("problem: " + printable(error));
  return result;
}

lines found_lines(const json& view, std::size_t width) {
  text_table table{{{"kind"}, {"name"}}};
  for (auto [key, kind] : {std::pair{"rooms", "room"},
                           {"users", "user"},
                           {"owners", "owner"},
                           {"connections", "connection"}})
    for (auto& x : member_of(view, key))
      table.add({kind, value_text({}, x)});
  return table.empty() ? lines{} : table.lines(width);
}

lines top_lines(const json& view, std::size_t width) {
  lines result;
  for (auto part : {room_table, slow_table, mailbox_table})
    append_part(result, part(view, width));
  if (view.value("partial", false))
    // The numbers are those of the actors that have answered in time.
    result.emplace_back("some actors do not answer");
  return result;
}

lines act_lines(task what, const json& view) {
  if (what == task::publish)
    return {"published as " + printable(field_text(view, "event_id"))};
  if (what == task::replay || what == task::purge) {
    auto key = what == task::replay ? "replayed" : "purged";
    auto count = printable(field_text(view, key));
    lines result{key + (' ' + count_text(count, "dead letters"))};
    if (view.contains("stayed"))
      result.push_back(
        "not replayed: "
        + count_text(printable(field_text(view, "stayed")), "dead letters")
        + ", for " + printable(field_text(view, "reason")));
    return result;
  }
  auto count = printable(field_text(view, "disconnected"));
  lines result{"closed " + count_text(count, "connections")};
  for (auto& x : member_of(view, "silent"))
    result.push_back("no answer from " + printable(value_text({}, x)));
  return result;
}

lines list_lines(task what, const json& view, std::size_t width) {
  switch (what) {
  case task::rooms:
    return table_of(member_of(view, "rooms"),
                    {{"name", false, "room"}, {"id", true, "actor"}}, width);
  case task::users:
    return table_of(member_of(view, "users"),
                    {{"name", false, "user"}, {"id", true, "actor"}}, width);
  case task::owners:
    return table_of(member_of(view, "owners"),
                    {{"name", false, "owned room"}, {"id", true, "actor"}},
                    width);
  case task::members:
    return table_of(member_of(view, "members"),
                    {{"user"}, {"connection"}, {"lane", true}}, width);
  case task::dead_letters:
    return table_of(member_of(view, "dead_letters"),
                    {{"user"},
                     {"id"},
                     {"why"},
                     {"event_id", false, "event"},
                     {"from"},
                     {"bytes", true}},
                    width);
  default:
    return table_of(member_of(view, "connections"),
                    {{"id", false, "connection"},
                     {"user"},
                     {"address"},
                     {"lane", true},
                     {"rooms", true},
                     {"outbox_bytes", true, "outbox"}},
                    width);
  }
}

lines any_lines(task what, const json& view, std::size_t width) {
  switch (what) {
  case task::node:
    return node_lines(view, width);
  case task::tree:
    return tree_lines(view);
  case task::cluster:
    return cluster_lines(view, width);
  case task::room:
    return everywhere_lines(view, "room", "members");
  case task::user:
    return everywhere_lines(view, "user", "connections");
  case task::owner:
    return everywhere_lines(view, "owner", "members");
  case task::connection:
    return object_lines(member_of(view, "connection"));
  case task::actor:
    return object_lines(member_of(view, "actor"));
  case task::find:
    return found_lines(view, width);
  case task::top:
    return top_lines(view, width);
  case task::disconnect:
  case task::publish:
  case task::replay:
  case task::purge:
    return act_lines(what, view);
  default:
    return list_lines(what, view, width);
  }
}

} // namespace

lines view_lines(task what, const json& view, std::size_t width) {
  // Tables fit already; other lines are cut here.
  auto result = any_lines(what, view, width);
  if (width != 0)
    for (auto& x : result)
      x = cut(x, width);
  return result;
}

lines room_table(const json& top, std::size_t width) {
  return table_of(member_of(top, "rooms"),
                  {{"name", false, "room"},
                   {"members", true},
                   {"messages_per_s", true, "msg/s"},
                   {"waiting", true}},
                  width);
}

lines slow_table(const json& top, std::size_t width) {
  return table_of(member_of(top, "slow_consumers"),
                  {{"connection", false, "slow connection"},
                   {"user"},
                   {"lane", true},
                   {"outbox_bytes", true, "outbox"}},
                  width);
}

lines mailbox_table(const json& top, std::size_t width) {
  return table_of(with_state(member_of(top, "mailboxes")),
                  {{"kind", false, "waiting for"},
                   {"name"},
                   {"id", true, "actor"},
                   {"mailbox", true},
                   {"state"}},
                  width);
}

} // namespace atrium::tool
