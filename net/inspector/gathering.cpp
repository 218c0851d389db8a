#include "atrium/net/inspector/gathering.hpp"

#include "atrium/actors/lane_port.hpp"

#include <algorithm>

namespace atrium {

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

void sort_by(json& xs, const char* key) {
  std::ranges::sort(xs.get_ref<json::array_t&>(), {},
                    [key](auto& x) { return x.value(key, std::uint64_t{0}); });
}

void refuse(inspect_answer& to, std::uint16_t status, const char* code,
            const std::string& message) {
  to.deliver(status, dump({{"error", code}, {"message", message}}));
}

gathering::~gathering() {
  // In the inspector, where all handlers live and die: nothing here needs a
  // lock.
  if (finish)
    finish(*this);
  if (status == 404)
    refuse_unknown(to_);
  else
    to_.deliver(status, dump(result));
}

void gathering::observe(const ptr& all, const observable_actor& who,
                        std::function<void(const ptr&, json)> then) {
  auto silent = [all, then, number = who->id()](const caf::error& why) {
    // Any other error says that the actor has ended since it was listed.
    auto stuck = why == caf::sec::request_timeout;
    then(all, {{"id", number}, {stuck ? "stuck" : "gone", true}});
  };
  all->self_->request(who, patience, observe_atom::value)
    .then(
      [all, then](const std::string& text) {
        then(all, json::parse(text, nullptr, false));
      },
      silent);
}

void gathering::observe_lanes(
  const ptr& all, const environment& env,
  const std::function<void(const ptr&, json)>& then) {
  std::size_t index = 0;
  for (auto& lane : env.lanes)
    observe(
      all, lane.actor,
      [then, name = "lane-" + std::to_string(index++)](auto& to, json state) {
        state.emplace("kind", "lane");
        state.emplace("name", name);
        then(to, std::move(state));
      });
}

void gathering::observe_parts(
  const ptr& all, const composite_actor& who,
  std::function<void(const ptr&, const std::string&, json)> then) {
  ask(all, who, list_parts{}, [then](const ptr& found, children& parts) {
    for (auto& x : parts.page)
      observe(found, x.actor, [then, name = x.name](const ptr& to, json state) {
        then(to, name, std::move(state));
      });
  });
}

} // namespace atrium
