#include "atrium/net/inspector/top.hpp"

#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/first_of.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/paging.hpp"

namespace atrium {

namespace {

constexpr std::size_t most_rows = 100;

// Keeps the rows with the largest numbers under `key`, the largest first.
void keep_largest(json& rows, const char* key, std::size_t limit) {
  auto& xs = rows.get_ref<json::array_t&>();
  xs = first_of(std::move(xs), limit,
                [key](auto& x) { return -x.value(key, 0.0); });
}

void add_mailbox(json& result, const json& state) {
  // The mailbox of a stuck actor is unknown, but the list is for such actors.
  if (state.value("mailbox", 0) == 0 && !state.contains("stuck"))
    return;
  json row;
  for (auto key : {"id", "kind", "name", "mailbox", "stuck"})
    if (state.contains(key))
      row[key] = state[key];
  result["mailboxes"].push_back(std::move(row));
}

// A room that keeps envelopes waiting need not be asked, and may not answer.
void add_rooms(json& result, const busy_rooms& found) {
  for (auto& x : found.busiest)
    result["rooms"].push_back({{"name", x.name},
                               {"members", x.members},
                               {"messages_per_s", x.rate},
                               {"waiting", x.waiting}});
  for (auto& x : found.deepest)
    result["mailboxes"].push_back({{"id", x.number},
                                   {"kind", "room"},
                                   {"name", x.name},
                                   {"mailbox", x.waiting}});
}

void add_slow(const std::shared_ptr<gathering>& all, const child& x) {
  gathering::observe(all, x.actor,
                     [bytes = x.outbox_bytes](auto& shown, json state) {
                       shown->result["slow_consumers"].push_back(
                         {{"connection", state.value("name", "")},
                          {"user", state.value("user", "")},
                          {"outbox_bytes", bytes},
                          {"lane", state.value("lane", 0)}});
                     });
}

} // namespace

void view_top(const inspector_context& by, const inspect_target& x,
              inspect_answer to) {
  auto limit = x.number("limit", 10, most_rows);
  auto all = std::make_shared<gathering>(by.self, to);
  all->result = {{"rooms", json::array()},
                 {"slow_consumers", json::array()},
                 {"mailboxes", json::array()}};
  auto add_actor
    = [](auto& shown, json state) { add_mailbox(shown->result, state); };
  // Who is observed last does not count our other requests as waiting.
  for (auto& lane : by.env->lanes)
    gathering::ask(all, lane.actor, list_slowest{limit},
                   [](auto& shown, children& found) {
                     for (auto& one : found.page)
                       add_slow(shown, one);
                   });
  gathering::observe_lanes(all, *by.env, add_actor);
  gathering::observe_parts(
    all, by.directory,
    [](auto& shown, auto&, json state) { add_mailbox(shown->result, state); });
  if (auto owners = by.parent_of(child_kind::owner))
    gathering::observe(all, owners, add_actor);
  gathering::ask(
    all, by.directory, list_busiest{limit},
    [](auto& shown, busy_rooms& found) { add_rooms(shown->result, found); });
  // Only now: each lane has named its own slowest, and the slowest of all are
  // among these.
  all->finish = [limit](auto& done) {
    keep_largest(done.result["slow_consumers"], "outbox_bytes", limit);
    keep_largest(done.result["mailboxes"], "mailbox", limit);
  };
}

// The tree shows what is there in few words; each actor has a page of its own.
// Behind the last room come the users: a cursor is `room:NAME` or `user:NAME`.
void view_tree(const inspector_context& by, const inspect_target& x,
               inspect_answer to) {
  auto limit = x.number("limit", 100, 500);
  auto after = x.text("after");
  auto users = after.starts_with("user:");
  auto all = std::make_shared<gathering>(by.self, to);
  all->result["tree"] = {
    {"kind", "node"},
    {"name", by.env->node_id},
    {"children",
     {{{"kind", "inspector"}, {"name", "inspector"}, {"id", by.self->id()}}}}};
  auto add = [](auto& shown, json state) {
    shown->result["tree"]["children"].push_back(std::move(state));
  };
  gathering::observe_lanes(all, *by.env, [add](auto& shown, json state) {
    state["children_total"] = state.value("connections", 0);
    add(shown, std::move(state));
  });
  gathering::observe_parts(
    all, by.directory,
    [add](auto& shown, auto&, json state) { add(shown, std::move(state)); });
  if (auto owners = by.parent_of(child_kind::owner))
    gathering::observe(all, owners, [add](auto& shown, json state) {
      state["children_total"] = state.value("owners", 0);
      add(shown, std::move(state));
    });
  auto show = [add, users, limit, id = by.directory->id()](auto& shown,
                                                           children& page) {
    auto kind = users ? "user" : "room";
    auto rows = json::array();
    for (auto& one : page.page)
      rows.push_back(
        {{"kind", kind}, {"name", one.name}, {"id", one.actor->id()}});
    auto full = is_full(page.page.size(), limit);
    // A full page may be the last one. Then the next page is empty, which costs
    // less than a look ahead for every page.
    shown->result["next"] = full    ? json(kind + (':' + page.page.back().name))
                            : users ? json(nullptr)
                                    : json("user:");
    add(shown, {{"kind", "directory"},
                {"name", "directory"},
                {"id", id},
                {"children", std::move(rows)},
                {"children_total", page.total}});
  };
  auto kind = users ? child_kind::user : child_kind::room;
  gathering::ask(
    all, by.directory,
    list_children{kind, {}, after.substr(after.find(':') + 1), limit}, show);
}

} // namespace atrium
