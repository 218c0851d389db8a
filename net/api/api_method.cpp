#include "atrium/net/api/api_method.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/percent.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/api/api_fields.hpp"
#include "atrium/net/api/api_readers.hpp"

#include <algorithm>

namespace atrium {

namespace {

api_command read_batch(api_fields&);

constexpr api_method methods[] = {
  {"publish", api_publish_right, read_publish},
  {"broadcast", api_publish_right, read_broadcast},
  {"send", api_publish_right, read_send},
  {"broadcast_all", api_publish_right, read_broadcast_all},
  {"history", api_read_right, read_history},
  {"history_remove", api_manage_right, read_history_remove},
  {"presence", api_read_right, read_presence},
  {"presence_stats", api_read_right, read_presence_stats},
  {"channels", api_read_right, read_channels},
  {"info", api_read_right, read_info},
  {"subscribe", api_manage_right, read_subscribe},
  {"unsubscribe", api_manage_right, read_unsubscribe},
  {"disconnect", api_manage_right, read_disconnect},
  {"refresh", api_manage_right, read_refresh},
  {"close_room", api_manage_right, read_close_room, "rooms/{room}/close"},
  {"rpc", 0, read_rpc},
  {"batch", 0, read_batch},
};

// -- several of them ----------------------------------------------------------

std::size_t weight_of(const api_command& x) {
  if (auto* many = std::get_if<api_broadcast>(&x))
    return many->channels.size();
  std::size_t result = 1;
  if (auto* several = std::get_if<api_batch>(&x)) // among lines
    for (auto& each : several->items)
      result += weight_of(each.what);
  return result;
}

// An element of a batch: an object whose only member is the command.
api_item read_element(std::string_view text) {
  api_item result;
  json_scanner in{text};
  std::size_t members = 0;
  std::string_view params;
  auto whole = in.only_object([&](std::string_view key) {
    params = in.take_value(json_object::max_depth - 1);
    auto named = [&](auto& x) { return json_text_is(key, x.name); };
    auto* found = std::ranges::find_if(methods, named);
    result.method = found != std::end(methods) ? found : nullptr;
    return ++members == 1 && !params.empty();
  });
  if (!whole || members != 1)
    result.what = api_error{api_error::bad_request,
                            "a command has to be an object of one member"};
  else if (result.method == nullptr)
    result.what = api_error{api_error::method_not_found, "method not found"};
  else if (result.method->read == read_batch)
    result.what
      = api_error{api_error::bad_request, "batch: cannot be in another one"};
  else {
    api_fields fields{params};
    result.what = result.method->read(fields);
    if (fields.fault().code != 0)
      result.what = fields.fault();
  }
  return result;
}

api_command read_batch(api_fields& in) {
  api_batch result;
  result.parallel = in.flag("parallel");
  auto raw = in.raw("commands");
  std::size_t weight = 0;
  auto is_list = raw && each_element(*raw, [&](auto each) {
                   result.items.push_back(read_element(each));
                   weight += weight_of(result.items.back().what);
                   return weight <= api_fields::most_items;
                 });
  if (weight > api_fields::most_items)
    in.fail("commands", "are more than 10000, with the channels of broadcasts");
  else if (raw && !is_list)
    in.fail("commands", "has to be a list", true);
  else if (result.items.empty())
    in.fail("commands", "is missing");
  return result;
}

// -- rights -------------------------------------------------------------------

bool may(unsigned rights, const api_method& method) {
  return (rights & method.right) == method.right;
}

api_error denied() {
  return {api_error::permission_denied, "permission denied: the key has not "
                                        "the right"};
}

void check_items(api_batch& in, unsigned rights) {
  for (auto& x : in.items)
    if (x.method != nullptr && !may(rights, *x.method))
      x.what = denied();
}

api_item read_params(const api_method& method, unsigned rights,
                     api_fields& in) {
  if (!may(rights, method))
    return {&method, denied()};
  auto command = method.read(in);
  if (in.fault().code != 0)
    return {&method, in.fault()};
  if (auto* batch = std::get_if<api_batch>(&command))
    check_items(*batch, rights);
  return {&method, std::move(command)};
}

// {"method":"publish","params":{…}}
api_item read_by_name(unsigned rights, std::string_view body) {
  api_fields in{body};
  auto name = in.text("method");
  auto params = in.raw("params");
  if (in.fault().code != 0)
    return {nullptr, in.fault()};
  auto* method = find_api_method(name);
  if (method == nullptr)
    return {nullptr,
            api_error{api_error::method_not_found, "method not found"}};
  api_fields fields{params.value_or("{}")};
  return read_params(*method, rights, fields);
}

// Several of them, one behind the other, as libraries of before `batch` have
// it.
api_item read_several(unsigned rights, std::string_view body) {
  api_batch result;
  result.is_lines = true;
  json_scanner in{body};
  std::size_t weight = 0;
  do {
    auto one = in.take_value(json_object::max_depth);
    if (one.empty())
      return {nullptr, api_error{api_error::bad_request,
                                 "the body has to be JSON objects", true}};
    result.items.push_back(read_by_name(rights, one));
    weight += weight_of(result.items.back().what);
    in.space();
  } while (!in.at_end() && weight <= api_fields::most_items);
  if (weight > api_fields::most_items)
    return {nullptr, api_error{api_error::bad_request, "there are more than "
                                                       "10000 commands"}};
  return {nullptr, std::move(result)};
}

// Whether there is something behind the first value.
bool has_several(std::string_view body) {
  json_scanner in{body};
  if (!in.value(json_object::max_depth))
    return false;
  in.space();
  return !in.at_end();
}

std::string with_room(const std::string& room) {
  std::string result;
  json_writer{result}.open_object().text("channel", room).close_object();
  return result;
}

// Returns what stands in place of `{room}`; nothing if the path is another one.
std::optional<std::string> room_in(std::string_view path,
                                   std::string_view pattern) {
  constexpr std::string_view hole = "{room}";
  auto at = pattern.find(hole);
  if (at == pattern.npos)
    return std::nullopt;
  auto before = pattern.substr(0, at);
  auto behind = pattern.substr(at + hole.size());
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before)
      || !path.ends_with(behind))
    return std::nullopt;
  path.remove_prefix(before.size());
  path.remove_suffix(behind.size());
  return path.find('/') == path.npos ? decode_percent(path, false)
                                     : std::nullopt;
}

} // namespace

std::span<const api_method> api_methods() noexcept {
  return methods;
}

const api_method* find_api_method(std::string_view name) noexcept {
  auto* found = std::ranges::find(methods, name, &api_method::name);
  return found != std::end(methods) ? found : nullptr;
}

std::size_t number_of(const api_method& x) noexcept {
  return static_cast<std::size_t>(&x - methods);
}

std::vector<std::string_view> api_method_names() {
  std::vector<std::string_view> result;
  for (auto& x : methods)
    result.push_back(x.name);
  return result;
}

std::optional<api_target> find_api_target(std::string_view path) {
  constexpr std::string_view root = "/api";
  path.remove_prefix(root.size());
  if (path.empty() || path == "/")
    return api_target{};
  path.remove_prefix(1);
  if (auto* method = find_api_method(path))
    return api_target{method, std::nullopt};
  for (auto& x : methods)
    if (auto room = room_in(path, x.room_path))
      return api_target{&x, std::move(room)};
  return std::nullopt;
}

api_item read_api_request(const api_target& to, unsigned rights,
                          std::string_view body) {
  // The parser takes UTF-8 for granted.
  if (!is_utf8(body))
    return {to.method, api_error{api_error::bad_request,
                                 "the body has to be JSON in UTF-8", true}};
  if (to.method == nullptr)
    return has_several(body) ? read_several(rights, body)
                             : read_by_name(rights, body);
  auto own = to.room ? with_room(*to.room) : std::string{};
  api_fields in{to.room ? std::string_view{own} : body};
  return read_params(*to.method, rights, in);
}

} // namespace atrium
