#include "atrium/broker/redis/history_script.hpp"

#include "atrium/broker/util/random_id.hpp"

#include <algorithm>

namespace atrium {

namespace {

constexpr std::size_t epoch_size = 8;

std::string meta_key(std::string_view channel) {
  return std::string{channel} + ":m";
}

std::string stream_key(std::string_view channel) {
  return std::string{channel} + ":h";
}

// The numbers outlive the messages, so that who was away for longer hears what
// is lost by comparison, and not that everything is.
std::string numbers_lifetime(const history_rule& rule) {
  constexpr std::chrono::hours longer{24};
  return std::to_string((rule.ttl + longer).count());
}

std::string_view kind_of(const history_message& x) {
  if (x.is_chosen)
    return "c";
  return x.was_sent ? "r" : "n";
}

std::uint64_t number(const resp_node& x) {
  return static_cast<std::uint64_t>(x.value);
}

// Appends the messages behind the head of an answer.
bool read_messages(history_page& to, resp_reply rest) {
  if (rest.size() % 3 != 0)
    return false;
  to.messages.reserve(rest.size() / 3);
  for (; !rest.empty(); rest = rest.subspan(3)) {
    if (!is_number(rest[0]) || !is_number(rest[1])
        || rest[2].type != resp_type::string)
      return false;
    to.messages.push_back({number(rest[0]), number(rest[1]),
                           std::make_shared<const std::string>(rest[2].text)});
  }
  return true;
}

} // namespace

void append_history_append(std::string& out, const history_call& x,
                           std::span<const history_message> messages) {
  auto keys = history_keys(messages);
  append_command_head(out, 3 + keys + history_arguments(messages));
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, std::to_string(keys));
  append_history_keys(out, x, messages);
  append_history_arguments(out, x, messages);
}

std::size_t history_keys(std::span<const history_message> messages) {
  return 2
         + static_cast<std::size_t>(
           std::ranges::count(messages, true, &history_message::is_chosen));
}

std::size_t history_arguments(std::span<const history_message> messages) {
  return 7 + 3 * messages.size();
}

void append_history_keys(std::string& out, const history_call& x,
                         std::span<const history_message> messages) {
  append_argument(out, meta_key(x.channel));
  append_argument(out, stream_key(x.channel));
  for (auto& m : messages)
    if (m.is_chosen)
      append_argument(out,
                      std::string{x.channel} + ":i:" + std::string{m.event_id});
}

void append_history_arguments(std::string& out, const history_call& x,
                              std::span<const history_message> messages) {
  append_argument(out, std::to_string(x.rule.count));
  append_argument(out, std::to_string(x.rule.ttl.count()));
  append_argument(out, numbers_lifetime(x.rule));
  append_argument(out, x.channel);
  append_argument(out, make_random_id(epoch_size));
  append_argument(out, x.incarnation);
  append_argument(out, x.publish);
  for (auto& m : messages) {
    append_argument(out, kind_of(m));
    append_argument(out, m.event_id);
    append_argument(out, m.packet);
  }
}

std::vector<history_place> read_history_places(resp_reply reply,
                                               std::size_t messages) {
  if (reply.size() != 2 + 2 * messages || reply[1].text.empty())
    return {};
  std::vector<history_place> result;
  result.reserve(messages);
  for (auto rest = reply.subspan(2); !rest.empty(); rest = rest.subspan(2)) {
    if (!is_number(rest[0]) || !is_number(rest[1]))
      return {};
    result.push_back(
      {{std::string{reply[1].text}, number(rest[0])}, rest[1].value == 1});
  }
  return result;
}

void append_history_read(std::string& out, const history_call& x,
                         const history_part& what) {
  append_command(
    out, {"EVALSHA", x.sha, "2", meta_key(x.channel), stream_key(x.channel),
          what.from ? std::to_string(what.from->offset) : "",
          what.from ? what.from->epoch : "", std::to_string(what.limit),
          std::to_string(what.max_bytes), what.newest_first ? "1" : "0",
          numbers_lifetime(x.rule), make_random_id(epoch_size), x.incarnation,
          what.was_seen ? "1" : "0"});
}

std::optional<history_page> read_history_page(resp_reply reply) {
  if (reply.size() < 4 || reply[1].text.empty() || !is_number(reply[2]))
    return std::nullopt;
  history_page result;
  result.top = {std::string{reply[1].text}, number(reply[2])};
  auto word = reply[3].text;
  if (word == "lost" && reply.size() == 5 && is_number(reply[4])) {
    result.is_lost = true;
    result.floor = number(reply[4]);
    return result;
  }
  result.has_more = word == "more";
  if ((!result.has_more && word != "end")
      || !read_messages(result, reply.subspan(4)))
    return std::nullopt;
  return result;
}

void append_history_remove(std::string& out, std::string_view channel) {
  append_command(out, {"DEL", stream_key(channel)});
}

std::optional<history_page> read_history_removal(resp_reply reply) {
  if (reply.size() != 1 || !is_number(reply[0]))
    return std::nullopt;
  return history_page{};
}

} // namespace atrium
