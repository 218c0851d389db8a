#include "atrium/net/inspector/views.hpp"

#include "atrium/actors/interfaces.hpp"
#include "atrium/actors/util/event_log.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/paging.hpp"

#include <limits>

namespace atrium {

namespace {

list_children page_of(child_kind kind, const inspect_target& x) {
  return {kind, x.text("prefix"), x.text("after"),
          x.number("limit", page_size, largest_page)};
}

json brief(const children& xs) {
  auto result = json::array();
  for (auto& x : xs.page)
    result.push_back({{"name", x.name}, {"id", x.actor->id()}});
  return result;
}

} // namespace

void view_node(const inspector_context& by, inspect_answer to) {
  auto all = std::make_shared<gathering>(by.self, to);
  all->result = json::parse(by.status_text(), nullptr, false);
  all->result["lanes"] = json::array();
  gathering::observe_lanes(all, *by.env, [](auto& shown, json state) {
    shown->result["lanes"].push_back(std::move(state));
  });
  // They answer in any order.
  all->finish = [](auto& x) { sort_by(x.result["lanes"], "id"); };
}

void view_children(const inspector_context& by, child_kind kind,
                   const inspect_target& x, inspect_answer to) {
  auto wanted = page_of(kind, x);
  auto show = [kind, limit = wanted.limit](auto& shown, children& found) {
    auto full = is_full(found.page.size(), limit);
    shown->result[to_string(kind) + std::string{'s'}] = brief(found);
    shown->result["total"] = found.total;
    shown->result["next"] = full ? json(found.page.back().name) : json(nullptr);
  };
  auto all = std::make_shared<gathering>(by.self, to);
  children none;
  if (auto parent = by.parent_of(kind))
    gathering::ask(all, parent, wanted, show);
  else
    show(all, none);
}

void view_here(const inspector_context& by, child_kind kind,
               const std::string& name, inspect_answer to) {
  auto show = [kind, name](auto& shown, children& found) {
    // The list has the names that begin with this one: its first row may be a
    // longer name.
    if (!is_found(found, name))
      return;
    auto& who = found.page[0].actor;
    shown->status = 200;
    // The room and its parts fill the same object, in any order.
    shown->result["state"] = json::object();
    // The mailbox that the room tells of is not to have our other request.
    if (kind == child_kind::room)
      gathering::observe_parts(shown, caf::actor_cast<room_actor>(who),
                               [](auto& one, auto& part, json state) {
                                 one->result["state"][part] = std::move(state);
                               });
    gathering::observe(shown, who, [name](auto& one, json state) {
      state.emplace("name", name); // the stuck do not say it
      one->result["state"].update(state);
    });
  };
  auto all = std::make_shared<gathering>(by.self, to);
  all->status = 404;
  if (auto parent = by.parent_of(kind))
    gathering::ask(all, parent, just(kind, name), show);
}

void view_members(const inspector_context& by, const std::string& room,
                  const inspect_target& x, inspect_answer to) {
  list_members wanted{connection_number(*by.env, x.text("after")),
                      x.number("limit", page_size, largest_page)};
  auto show = [wanted](auto& shown, members_page& found) {
    auto full = is_full(found.page.size(), wanted.limit);
    auto members = json::array();
    for (auto& one : found.page)
      members.push_back({{"user", one.user},
                         {"connection", one.connection},
                         {"lane", one.lane}});
    shown->status = 200;
    shown->result["members"] = std::move(members);
    shown->result["total"] = found.total;
    shown->result["next"]
      = full ? json(found.page.back().connection) : json(nullptr);
  };
  auto all = std::make_shared<gathering>(by.self, to);
  all->status = 404;
  gathering::ask(all, by.directory, just(child_kind::room, room),
                 [room, wanted, show](auto& shown, children& found) {
                   if (is_found(found, room))
                     gathering::ask(
                       shown, caf::actor_cast<room_actor>(found.page[0].actor),
                       wanted, show);
                 });
}

void view_events(const inspector_context& by, const inspect_target& x,
                 inspect_answer to) {
  constexpr auto most = std::numeric_limits<std::size_t>::max();
  auto page = by.env->events->read(x.number("after", 0, most));
  auto events = json::array();
  for (auto& one : page.events)
    events.push_back(json::parse(json_inspector::to_json(one)));
  to.deliver(
    std::uint16_t{200},
    dump({{"events", events}, {"next", page.next}, {"missed", page.missed}}));
}

} // namespace atrium
