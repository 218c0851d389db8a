#include "atrium/actors/owner/owner_members.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <memory>
#include <utility>

namespace atrium {

namespace {

// Fields of the state: `m:CONNECTION`.
constexpr std::string_view mark = "m:";

std::string field_of(const std::string& connection) {
  return std::string{mark} + connection;
}

} // namespace

const member* owner_members::find(const std::string& connection) const {
  auto i = members_.find(connection);
  return i != members_.end() ? &i->second : nullptr;
}

void owner_members::add(member x, word_draft& out) {
  std::string text;
  json_writer to{text};
  to.open_object().text("user", utf8_or_empty(x.user));
  if (x.info)
    to.raw("info", *x.info);
  to.close_object();
  out.change(field_of(x.connection), std::move(text));
  auto connection = x.connection;
  members_.insert_or_assign(std::move(connection), std::move(x));
}

std::optional<member> owner_members::remove(const std::string& connection,
                                            word_draft& out) {
  auto gone = members_.extract(connection);
  if (gone.empty())
    return std::nullopt;
  out.drop(field_of(connection));
  return std::move(gone.mapped());
}

// An id of a connection begins with the run of its node.
std::vector<std::string> owner_members::of_run(std::string_view run) const {
  std::vector<std::string> result;
  auto begin = std::string{run} + '-';
  for (auto i = members_.lower_bound(begin);
       i != members_.end() && i->first.starts_with(begin); ++i)
    result.push_back(i->first);
  return result;
}

std::vector<member> owner_members::list() const {
  std::vector<member> result;
  result.reserve(members_.size());
  for (auto& [connection, x] : members_)
    result.push_back(x);
  return result;
}

bool owner_members::restore(std::string_view field, const std::string& value) {
  if (!field.starts_with(mark))
    return false;
  auto text = json_object::parse(value);
  if (!text)
    return true;
  member x;
  x.connection = field.substr(mark.size());
  if (auto user = text->find("user"))
    x.user = json_string(*user).value_or("");
  if (auto info = text->find("info"))
    x.info = std::make_shared<const std::string>(*info);
  auto connection = x.connection;
  members_.insert_or_assign(std::move(connection), std::move(x));
  return true;
}

} // namespace atrium
