#include "atrium/net/node/reloader.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/net/options/option_changes.hpp"
#include "atrium/net/options/parse_options.hpp"

#include <algorithm>
#include <exception>

namespace atrium {

namespace {

void refuse(const std::string& what, const std::string& error) {
  log::error("node_reload_failed", {{"error", error}},
             "node goes on with its old {}, and nothing else has changed",
             what);
}

// A part may fail with what somebody has meant to do away with.
std::string kept_by(const std::vector<option_change>& changes) {
  std::string names;
  for (auto& x : changes)
    if (!x.is_live)
      names += (names.empty() ? "" : ", ") + x.option->name;
  if (names.empty())
    return {};
  return "; options that need a restart stay as they were: " + names;
}

void tell(const std::vector<option_change>& changes) {
  for (auto& x : changes)
    if (x.is_live)
      log::info("option_changed",
                {{"option", x.option->name}, {"from", x.from}, {"to", x.to}},
                "node takes an option over");
    else
      log::warn("option_needs_restart",
                {{"option", x.option->name}, {"because", x.option->obstacle}},
                "node goes on with the old value of an option until it is "
                "started again");
}

} // namespace

void reloader::run(const parsed_options& next) {
  if (next.exit_code)
    return refuse("options", next.error);
  auto changes = changes_between(current_, next.value, table_);
  auto wanted = with_live(current_, changes);
  // The new ones go together, but may not do so with those that stay.
  if (auto error = validate(wanted, table_); !error.empty())
    return refuse("options", error + kept_by(changes));
  std::vector<loaded> all;
  if (!load(wanted, changes, all))
    return;
  current_ = std::move(wanted);
  for (auto& x : all)
    x.apply();
  tell(changes);
  for (auto& x : all)
    if (!x.from->what.empty())
      log::info("node_reloaded", "node has read its {} anew", x.from->what);
  log::info(
    "node_reloaded",
    {{"changed", std::ranges::count_if(changes, &option_change::is_live)}},
    "node has read its options anew");
}

bool reloader::load(const options& next,
                    const std::vector<option_change>& changes,
                    std::vector<loaded>& out) {
  auto is_changed = std::ranges::any_of(changes, &option_change::is_live);
  for (auto& x : parts_) {
    if (x.what.empty() && !is_changed)
      continue;
    std::string error;
    try {
      if (auto apply = x.load(next, error))
        out.push_back({&x, std::move(apply)});
    } catch (const std::exception& failed) { // no memory, most likely
      error = failed.what();
    }
    if (error.empty())
      continue;
    refuse(x.what.empty() ? "options" : x.what, error + kept_by(changes));
    return false;
  }
  return true;
}

} // namespace atrium
