#include "atrium/net/inspector/search.hpp"

#include "atrium/actors/lane_port.hpp"
#include "atrium/net/inspector/everywhere.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/paging.hpp"

#include <algorithm>
#include <charconv>

namespace atrium {

namespace {

json brief(const json& state) {
  json result{{"id", state.value("name", "")}, {"number", state["id"]}};
  for (auto key : {"user", "lane", "outbox_bytes", "address", "stuck"})
    if (state.contains(key))
      result[key] = state[key];
  result["rooms"] = state.value("rooms", json::object()).size();
  return result;
}

} // namespace

// Lanes number their connections from one counter, so the smallest numbers of
// all lanes make the page.
void view_connections(const inspector_context& by, const inspect_target& x,
                      inspect_answer to) {
  auto limit = x.number("limit", page_size, largest_page);
  auto after = connection_number(*by.env, x.text("after"));
  // Two rounds: when each lane has named its smallest numbers, the page is
  // known; then only the connections on the page are asked for their state.
  auto found = std::make_shared<children>();
  auto show = [found, limit, env = by.env](auto& shown) {
    auto& page = found->page;
    std::ranges::sort(page, {}, [](auto& one) { return one.actor->id(); });
    auto full = is_full(page.size(), limit);
    page.resize(std::min(page.size(), limit));
    shown->result["total"] = found->total;
    shown->result["next"]
      = full ? json(connection_id(*env, page.back().actor->id()))
             : json(nullptr);
    for (auto& one : page)
      gathering::observe(shown, one.actor, [](auto& rows, json state) {
        rows->result["connections"].push_back(brief(state));
      });
  };
  auto all = std::make_shared<gathering>(by.self, to);
  all->result = {{"connections", json::array()}, {"total", 0}};
  all->finish
    = [](auto& rows) { sort_by(rows.result["connections"], "number"); };
  auto missing = std::make_shared<std::size_t>(by.env->lanes.size());
  auto next = [missing, show](auto& shown) {
    if (--*missing == 0)
      show(shown);
  };
  for (auto& lane : by.env->lanes)
    gathering::ask(
      all, lane.actor, list_connections{after, limit},
      [found, next](auto& shown, children& some) {
        std::ranges::move(some.page, std::back_inserter(found->page));
        found->total += some.total;
        next(shown);
      },
      next); // a stuck lane must not keep those of the others from the page
}

void view_connection(const inspector_context& by, const std::string& id,
                     bool everywhere, inspect_answer to) {
  auto number = connection_number(*by.env, id);
  if (number == 0 && everywhere)
    return ask_node_of(by, id, "connection", to);
  auto show = [number](auto& shown, children& found) {
    if (!is_found(found, number))
      return;
    shown->status = 200;
    gathering::observe(shown, found.page[0].actor, [](auto& one, json state) {
      one->result["connection"] = std::move(state);
    });
  };
  auto all = std::make_shared<gathering>(by.self, to);
  // Until a lane says otherwise: all are asked, since the id does not tell
  // which one has the connection.
  all->status = 404;
  for (auto& lane : by.env->lanes)
    gathering::ask(all, lane.actor, just(number), show);
}

void view_actor(const inspector_context& by, const std::string& number,
                inspect_answer to) {
  actor_number wanted = 0;
  std::from_chars(number.data(), number.data() + number.size(), wanted);
  auto look = [wanted](auto& shown, const observable_actor& x) {
    if (x->id() != wanted)
      return;
    shown->status = 200;
    gathering::observe(shown, x, [](auto& one, json state) {
      one->result["actor"] = std::move(state);
    });
  };
  auto look_through = [look](auto& shown, children& found) {
    for (auto& x : found.page)
      look(shown, x.actor);
  };
  // A number says nothing of where its actor is, so all who have children are
  // asked.
  auto all = std::make_shared<gathering>(by.self, to);
  all->status = 404;
  look(all, inspector_actor{by.self});
  gathering::ask(all, by.directory, list_parts{}, look_through);
  for (auto& lane : by.env->lanes) {
    look(all, lane.actor);
    if (wanted != 0)
      gathering::ask(all, lane.actor, just(wanted), look_through);
  }
  for (auto kind : {child_kind::room, child_kind::owner})
    if (auto parent = by.parent_of(kind)) {
      look(all, parent);
      gathering::ask(all, parent, find_child{wanted}, look_through);
    }
}

void view_found(const inspector_context& by, const inspect_target& x,
                inspect_answer to) {
  auto part = x.text("q");
  auto limit = x.number("limit", page_size, largest_page);
  auto all = std::make_shared<gathering>(by.self, to);
  all->result = {{"rooms", json::array()},
                 {"users", json::array()},
                 {"owners", json::array()},
                 {"connections", json::array()}};
  auto look = [&](child_kind kind, const char* key) {
    if (auto parent = by.parent_of(kind))
      gathering::ask(all, parent, list_children{kind, part, {}, limit, false},
                     [key](auto& shown, children& found) {
                       for (auto& one : found.page)
                         shown->result[key].push_back(one.name);
                     });
  };
  look(child_kind::room, "rooms");
  look(child_kind::user, "users");
  look(child_kind::owner, "owners");
  // A connection has no name, and lanes sort by number: only a whole id finds
  // one without a look at all.
  auto number = connection_number(*by.env, part);
  if (number == 0)
    return;
  for (auto& lane : by.env->lanes)
    gathering::ask(all, lane.actor, just(number),
                   [number, part](auto& shown, children& found) {
                     if (is_found(found, number))
                       shown->result["connections"].push_back(part);
                   });
}

} // namespace atrium
