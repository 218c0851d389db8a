#include "atrium/net/inspector/inspector.hpp"

#include "atrium/net/inspector/acts.hpp"
#include "atrium/net/inspector/dead_letters.hpp"
#include "atrium/net/inspector/everywhere.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/inspect_target.hpp"
#include "atrium/net/inspector/search.hpp"
#include "atrium/net/inspector/top.hpp"
#include "atrium/net/inspector/views.hpp"

namespace atrium {

namespace {

constexpr auto broken = "the target is broken";

std::optional<child_kind> kind_of(std::string_view list) {
  for (auto kind : {child_kind::room, child_kind::user, child_kind::owner})
    if (list == to_string(kind) + std::string{'s'})
      return kind;
  return std::nullopt;
}

} // namespace

caf::result<std::uint16_t, std::string>
inspector_state::view(const std::string& target) {
  auto to = context_.self->make_response_promise<std::uint16_t, std::string>();
  if (auto x = inspect_target::parse(target))
    view_path(*x, to);
  else
    refuse(to, 400, "bad_request", broken);
  return to;
}

void inspector_state::view_path(const inspect_target& x, inspect_answer to) {
  auto& path = x.path();
  auto what = path.empty() ? std::string{} : path[0];
  // All nodes by default: an operator does not know where a user is. `local` is
  // for the surveys by which nodes ask each other (`answer_cluster`).
  auto here = !x.text("local").empty();
  auto kind = kind_of(what);
  if (path.empty())
    return view_node(context_, to);
  if (path.size() == 1) {
    if (what == "tree")
      return view_tree(context_, x, to);
    if (kind)
      return view_children(context_, *kind, x, to);
    if (what == "connections")
      return view_connections(context_, x, to);
    if (what == "find")
      return view_found(context_, x, to);
    if (what == "top")
      return view_top(context_, x, to);
    if (what == "events")
      return view_events(context_, x, to);
    if (what == "cluster")
      return view_cluster(context_, to);
    if (what == "dead-letters")
      return view_dead_letters(context_, {}, x, to);
  }
  if (path.size() == 2) {
    if (kind)
      return here ? view_here(context_, *kind, path[1], to)
                  : view_everywhere(context_, *kind, path[1], to);
    if (what == "connections")
      return view_connection(context_, path[1], !here, to);
    if (what == "actors")
      return view_actor(context_, path[1], to);
    if (what == "dead-letters")
      return view_dead_letters(context_, path[1], x, to);
  }
  if (path.size() == 3 && what == "rooms" && path[2] == "members")
    return view_members(context_, path[1], x, to);
  ++refused_;
  refuse_unknown(to);
}

caf::result<std::uint16_t, std::string>
inspector_state::act(const std::string& target, const std::string& body) {
  auto to = context_.self->make_response_promise<std::uint16_t, std::string>();
  auto x = inspect_target::parse(target);
  auto path = x ? x->path() : std::vector<std::string>{};
  auto about_letters = !path.empty() && path[0] == "dead-letters";
  if (path.size() != 3 && !(about_letters && path.size() == 4)) {
    ++refused_;
    refuse_unknown(to);
    return to;
  }
  auto everywhere = x->text("local").empty();
  if (path[0] == "connections" && path[2] == "disconnect")
    disconnect_connection(context_, path[1], everywhere, to);
  else if (path[0] == "users" && path[2] == "disconnect")
    disconnect_user(context_, path[1], everywhere, to);
  else if (path[0] == "rooms" && path[2] == "publish")
    publish(context_, path[1], body, to);
  else if (about_letters)
    act_on_dead_letters(context_, {path.begin() + 1, path.end()}, to);
  else
    refuse_unknown(to);
  return to;
}

caf::error inspect(json_inspector& f, inspector_state& x) {
  return f(named("name"), inspector_state::name, named("errors"), x.refused_,
           named("restarts"), 0);
}

inspector::inspector(caf::actor_config& config, inspector_setup setup)
  : stateful_actor(config) {
  state.start(std::move(setup));
}

inspector::behavior_type inspector::make_behavior() {
  return {
    [this](view_atom, const std::string& target) { return state.view(target); },
    [this](act_atom, const std::string& target, const std::string& body) {
      return state.act(target, body);
    },
    [](const continuation& x) { x.run(); },
    [this](observe_atom) { return observation(state); },
  };
}

} // namespace atrium
