#include "atrium/broker/redis/event_script.hpp"

#include "atrium/broker/event_text.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <algorithm>

namespace atrium {

namespace {

using kind = backend_event::kind;

// A repeat comes within seconds; later ones only find what is written down.
constexpr std::string_view answer_kept_ms = "3600000";

std::string_view letter_of(kind x) {
  switch (x) {
  case kind::connected:
    return "c";
  case kind::disconnected:
    return "d";
  case kind::joined:
    return "j";
  case kind::left:
    return "l";
  case kind::dead_letter:
    break;
  }
  return "-";
}

// Returns an object without its braces.
std::string member(json_key name, std::string_view value) {
  std::string result;
  json_writer out{result};
  out.open_object().text(name, value);
  return result.substr(1);
}

void append_head(std::string& out, const event_call& x, std::string_view verb,
                 std::string_view lease_id, std::span<const std::string> former,
                 std::size_t others) {
  auto key = x.by.names.events();
  auto with = [&](std::string_view kind, std::string_view id) {
    return std::string{key}.append(kind).append(id);
  };
  auto keys = 5 + former.size();
  append_command_head(out, 3 + keys + 4 + others);
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, std::to_string(keys));
  append_argument(out, key);
  append_argument(out, key + ":n");
  append_argument(out, key + ":rooms");
  append_argument(out, with(":answer:", x.by.run));
  append_argument(out, with(":on:", lease_id));
  for (auto& id : former)
    append_argument(out, with(":on:", id));
  append_argument(out, verb);
  append_argument(out, std::to_string(x.number));
  append_argument(out, x.by.stream_length ? std::to_string(*x.by.stream_length)
                                          : "");
  append_argument(out, answer_kept_ms);
}

} // namespace

event_line make_event_line(const backend_event& x, std::string_view node) {
  event_line result{x.what, event_subject(x), {}, event_text(x, node), x.user};
  if (x.what == kind::connected)
    result.value = member("user", x.user);
  else if (x.what == kind::joined || x.what == kind::left) {
    // The script puts the type in front.
    constexpr std::string_view head = R"({"type":"",)";
    result.value = room_event_text("", x, node).substr(head.size());
  }
  return result;
}

void append_tell_call(std::string& out, const event_call& x,
                      std::string_view lease_id,
                      std::span<const std::string> former,
                      std::span<const event_line> lines) {
  append_head(out, x, "tell", lease_id, former, 1 + 4 * lines.size());
  append_argument(out, member("node", x.by.node));
  for (auto& line : lines) {
    append_argument(out, letter_of(line.what));
    append_argument(out, line.field);
    append_argument(out, line.value);
    append_argument(out, line.event);
  }
}

void append_reap_call(std::string& out, const event_call& x,
                      std::string_view lease_id, std::string_view cursor) {
  append_head(out, x, "reap", lease_id, {}, 1);
  append_argument(out, cursor);
}

std::optional<event_answer> read_event_answer(resp_reply reply) {
  if (reply.size() != 4 || reply[1].type != resp_type::integer
      || reply[1].value < 0 || reply[2].type != resp_type::string
      || reply[3].type != resp_type::string)
    return std::nullopt;
  event_answer result{
    static_cast<std::size_t>(reply[1].value), reply[2].text, {}};
  auto rest = reply[3].text;
  while (!rest.empty()) {
    auto end = std::min(rest.find('\n'), rest.size());
    result.texts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return result;
}

} // namespace atrium
