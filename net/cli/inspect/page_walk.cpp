#include "atrium/net/cli/inspect/page_walk.hpp"

#include "atrium/broker/util/percent.hpp"
#include "atrium/net/cli/inspect/inspect_request.hpp"

#include <algorithm>

namespace atrium::tool {

namespace {

constexpr std::size_t largest_page = 500; // the node gives no more

const char* key_of(task x) {
  switch (x) {
  case task::rooms:
    return "rooms";
  case task::users:
    return "users";
  case task::owners:
    return "owners";
  case task::connections:
    return "connections";
  case task::members:
    return "members";
  case task::dead_letters:
    return "dead_letters";
  default:
    return nullptr;
  }
}

// Where a tree has its rooms and users; null if it has none.
json* directory_of(json& view) {
  auto tree = view.find("tree");
  if (tree == view.end() || !tree->is_object() || !tree->contains("children"))
    return nullptr;
  // Of the parts of a node only the directory has children of its own.
  for (auto& x : (*tree)["children"])
    if (x.is_object() && x.contains("children"))
      return &x;
  return nullptr;
}

json* rows_of(json& view, const char* key) {
  auto* parent = key == nullptr ? directory_of(view) : &view;
  if (parent == nullptr || !parent->is_object())
    return nullptr;
  auto rows = parent->find(key == nullptr ? "children" : key);
  return rows != parent->end() && rows->is_array() ? &*rows : nullptr;
}

} // namespace

page_walk::page_walk(const inspect_options& from)
  : base_(target_of(from)), key_(key_of(from.what)), limit_(from.limit) {
  // nop
}

std::string page_walk::target() const {
  // Never 0: `is_done` is true when all rows are there.
  auto size = std::min(limit_ - rows_, largest_page);
  auto result = base_ + (base_.find('?') == base_.npos ? '?' : '&')
                + "limit=" + std::to_string(size);
  if (!next_.empty())
    result += "&after=" + encode_percent(next_);
  return result;
}

// A node that names the same place twice would be asked for ever.
void page_walk::take(const json& page) {
  // A copy, because its rows are moved into the view.
  auto copy = page;
  auto before = std::exchange(next_, field_text(page, "next"));
  auto* rows = rows_of(copy, key_);
  if (rows != nullptr)
    rows_ += rows->size();
  is_done_
    = next_.empty() || next_ == before || rows == nullptr || rows_ >= limit_;
  if (next_ == before)
    // The list counts as complete: the node has no further page.
    next_.clear();
  if (view_.is_null()) {
    view_ = std::move(copy);
    return;
  }
  auto* all = rows_of(view_, key_);
  if (rows == nullptr || all == nullptr)
    return;
  // Behind the last room a tree begins with its users, and counts these.
  if (key_ == nullptr && before == "user:")
    (*directory_of(view_))["children_total"]
      = directory_of(view_)->value("children_total", std::uint64_t{0})
        + directory_of(copy)->value("children_total", std::uint64_t{0});
  std::move(rows->begin(), rows->end(), std::back_inserter(*all));
}

} // namespace atrium::tool
