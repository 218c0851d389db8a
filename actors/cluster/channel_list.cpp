#include "atrium/actors/cluster/channel_list.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/json/json_writer.hpp"

#include <utility>

namespace atrium {

namespace {

// Adds the numbers of one node; false if they are none.
bool add_rooms(channel_list& to, std::string_view rooms) {
  json_scanner in{rooms};
  return in.only_object([&](std::string_view key) {
    auto name = json_string("\"" + std::string{key} + "\"");
    auto members = json_unsigned(in.take_value(1));
    if (!name || !members)
      return false;
    to.rooms[std::move(*name)] += *members;
    return true;
  });
}

bool add_answer(channel_list& to, std::string_view json) {
  auto said = json_object::parse(json);
  auto rooms = said ? said->find("rooms") : std::nullopt;
  if (!rooms)
    return false;
  if (said->find("truncated") == "true")
    to.is_truncated = true;
  return add_rooms(to, *rooms);
}

} // namespace

std::string to_json(const occupied_rooms& x) {
  std::string result;
  json_writer out{result};
  out.open_object().key("rooms").open_object();
  for (auto& one : x.rooms)
    out.any_key(one.name).number(one.members);
  out.close_object();
  if (x.is_truncated)
    out.boolean("truncated", true);
  out.close_object();
  return result;
}

channel_list merge_channels(const survey_result& x) {
  channel_list result;
  result.silent = x.silent;
  result.error = x.error;
  for (auto& one : x.answers)
    if (!add_answer(result, one.json))
      result.silent.push_back(one.node);
  return result;
}

} // namespace atrium
