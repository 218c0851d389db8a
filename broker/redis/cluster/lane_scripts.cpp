#include "atrium/broker/redis/cluster/lane_scripts.hpp"

#include "atrium/broker/redis/resp.hpp"

#include <algorithm>

namespace atrium {

void lane_scripts::add(const record_ptr& whose) {
  if (!whose->what.script.empty())
    scripts_.try_emplace(whose.get(), script{whose, state::due, {}});
  count();
}

void lane_scripts::remove(const caller_record& whose) {
  scripts_.erase(&whose);
  count();
}

void lane_scripts::on_up() {
  for (auto& [whose, x] : scripts_)
    x = {x.whose, state::due, {}};
  count();
}

void lane_scripts::on_proven() {
  for (auto& [whose, x] : scripts_)
    if (x.is == state::refused)
      x = {x.whose, state::due, {}};
  count();
}

auto lane_scripts::load_next() -> record_ptr {
  if (due_ == 0)
    return nullptr;
  auto& x = std::ranges::find(scripts_, state::due, [](auto& y) {
              return y.second.is;
            })->second;
  x.is = state::loading;
  count();
  return x.whose;
}

bool lane_scripts::on_loaded(const caller_record& whose, resp_reply reply) {
  auto i = scripts_.find(&whose);
  if (i == scripts_.end())
    return false;
  auto& x = i->second;
  x.is = is_error(reply) ? state::refused : state::ready;
  count();
  x.refusal.clear();
  if (is_error(reply) && !is_not_ready(reply))
    x.refusal = loggable(reply.front().text);
  return x.is == state::ready;
}

bool lane_scripts::on_missing(const caller_record& whose) {
  auto i = scripts_.find(&whose);
  if (i == scripts_.end() || !i->second.refusal.empty())
    return false;
  if (i->second.is != state::loading)
    i->second.is = state::due;
  count();
  return true;
}

std::string_view lane_scripts::refusal(const caller_record& whose) const {
  auto i = scripts_.find(&whose);
  return i != scripts_.end() ? i->second.refusal : std::string_view{};
}

bool lane_scripts::has(const caller_record& whose) const {
  auto i = scripts_.find(&whose);
  return i != scripts_.end() && i->second.is == state::ready;
}

void lane_scripts::count() {
  auto those = [this](state is) {
    return static_cast<std::size_t>(
      std::ranges::count(scripts_, is, [](auto& x) { return x.second.is; }));
  };
  due_ = those(state::due);
  loading_ = those(state::loading);
}

} // namespace atrium
