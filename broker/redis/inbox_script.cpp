#include "atrium/broker/redis/inbox_script.hpp"

#include "atrium/broker/inbox_id.hpp"
#include "atrium/broker/packet_header.hpp"

namespace atrium {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// An id that its sender has chosen may come again for so long. Another one
// only when an answer was lost, within the time for which senders wait.
constexpr seconds chosen_lifetime{300};
constexpr seconds repeat_lifetime{60};

std::string key(std::string_view channel, std::string_view what) {
  return std::string{channel}.append(what);
}

std::string number_of(auto x) {
  return std::to_string(x.count());
}

// All that is older has been given up by then, if any node has run meanwhile.
std::string keys_lifetime(const inbox_rule& rule) {
  return number_of(seconds{rule.ttl + dead_letter_lifetime});
}

void append_letters_rule(std::string& out) {
  append_argument(out, std::to_string(max_dead_letters));
  append_argument(out, number_of(seconds{dead_letter_lifetime}));
}

// Opens a call with `args` arguments besides the keys.
void append_head(std::string& out, const inbox_script_call& x,
                 std::initializer_list<std::string_view> keys,
                 std::size_t args) {
  append_command_head(out, 3 + keys.size() + args);
  append_argument(out, "EVALSHA");
  append_argument(out, x.sha);
  append_argument(out, std::to_string(keys.size()));
  for (auto one : keys)
    append_argument(out, one);
}

void append_dead_head(std::string& out, const inbox_script_call& x,
                      std::string_view what, std::size_t args) {
  append_head(
    out, x,
    {key(x.channel, ":in"), key(x.channel, ":cur"), key(x.channel, ":dead")},
    args + 1);
  append_argument(out, what);
}

auto number(const resp_node& x) {
  return static_cast<std::uint64_t>(x.value);
}

// Reads the id of a letter, that of the message, and why; the time is in the
// id.
std::optional<dead_letter> read_letter(resp_reply reply) {
  auto id = read_inbox_id(reply[0].text);
  auto why = reply[2].text;
  if (!id || !is_inbox_id(reply[1].text)
      || (why != "expired" && why != "too_many"))
    return std::nullopt;
  dead_letter result;
  result.id = reply[0].text;
  result.message = reply[1].text;
  result.why = why == "expired" ? dead_letter::cause::expired
                                : dead_letter::cause::too_many;
  result.time = unix_time{milliseconds{static_cast<std::int64_t>(id->time)}};
  return result;
}

bool read_new_letters(std::vector<dead_letter>& to, resp_reply rest) {
  for (; rest.size() >= 3; rest = rest.subspan(3)) {
    auto letter = read_letter(rest);
    if (!letter)
      return false;
    to.push_back(std::move(*letter));
  }
  return rest.empty();
}

} // namespace

std::string inbox_due_key(std::string_view inboxes) {
  return key(inboxes, ":due");
}

std::string inbox_dead_key(std::string_view inboxes) {
  return key(inboxes, ":dead");
}

// -- calls --------------------------------------------------------------------

void append_inbox_put(std::string& out, const inbox_script_call& x,
                      const inbox_entry& what) {
  append_head(out, x,
              {key(x.channel, ":in"), key(x.channel, ":cur"),
               key(x.channel, ":dead"), key(x.channel, ":id:") + what.event_id},
              8);
  append_argument(out, *what.packet);
  append_argument(
    out, number_of(what.is_chosen ? chosen_lifetime : repeat_lifetime));
  append_argument(out, std::to_string(x.rule.most));
  append_argument(out, keys_lifetime(x.rule));
  append_letters_rule(out);
  append_argument(out, x.channel);
  append_argument(out, x.publish);
}

void append_inbox_read(std::string& out, const inbox_script_call& x,
                       const inbox_query& what) {
  append_head(out, x, {key(x.channel, ":in"), key(x.channel, ":cur")}, 6);
  append_argument(out, what.device);
  append_argument(out, what.after);
  append_argument(out, std::to_string(what.limit));
  append_argument(out, std::to_string(what.max_bytes));
  append_argument(out, number_of(milliseconds{x.rule.ttl}));
  append_argument(out, keys_lifetime(x.rule));
}

void append_inbox_ack(std::string& out, const inbox_script_call& x,
                      std::string_view device, std::string_view id) {
  append_head(out, x, {key(x.channel, ":in"), key(x.channel, ":cur")}, 4);
  append_argument(out, device);
  append_argument(out, id);
  append_argument(out, number_of(milliseconds{x.rule.ttl}));
  append_argument(out, keys_lifetime(x.rule));
}

void append_inbox_sweep(std::string& out, const inbox_script_call& x) {
  append_dead_head(out, x, "sweep", 5);
  append_argument(out, number_of(milliseconds{x.rule.ttl}));
  append_argument(out, std::to_string(x.rule.most));
  append_letters_rule(out);
  append_argument(out, keys_lifetime(x.rule));
}

void append_inbox_list(std::string& out, const inbox_script_call& x,
                       std::string_view after, std::size_t limit,
                       std::size_t max_bytes) {
  append_dead_head(out, x, "list", 3);
  append_argument(out, after);
  append_argument(out, std::to_string(limit));
  append_argument(out, std::to_string(max_bytes));
}

void append_inbox_purge(std::string& out, const inbox_script_call& x,
                        std::string_view id) {
  append_dead_head(out, x, "purge", 1);
  append_argument(out, id);
}

void append_inbox_replay(std::string& out, const inbox_script_call& x,
                         std::string_view id) {
  append_dead_head(out, x, "replay", 5);
  append_argument(out, id);
  append_argument(out, std::to_string(x.rule.most));
  append_argument(out, keys_lifetime(x.rule));
  append_argument(out, x.channel);
  append_argument(out, x.publish);
}

// -- answers ------------------------------------------------------------------

std::optional<inbox_put_answer> read_inbox_put(resp_reply reply) {
  if (reply.size() < 4 || !is_inbox_id(reply[1].text) || !is_number(reply[2])
      || !is_number(reply[3]))
    return std::nullopt;
  inbox_put_answer result;
  result.id = reply[1].text;
  result.is_known = reply[2].value == 1;
  result.evicted = number(reply[3]);
  if (!read_new_letters(result.letters, reply.subspan(4)))
    return std::nullopt;
  return result;
}

std::optional<inbox_page> read_inbox_page(resp_reply reply) {
  if (reply.size() < 3 || !is_inbox_id(reply[1].text))
    return std::nullopt;
  inbox_page result;
  result.top = reply[1].text;
  result.has_more = reply[2].text == "more";
  auto rest = reply.subspan(3);
  for (; rest.size() >= 3; rest = rest.subspan(3)) {
    auto id = rest[0].text;
    if (!is_inbox_id(id) || !is_inbox_id(rest[1].text)
        || rest[2].type != resp_type::string)
      return std::nullopt;
    auto packet = with_inbox(rest[2].text, {id, rest[1].text});
    result.messages.push_back(
      {std::string{id},
       std::make_shared<const std::string>(std::move(packet))});
  }
  return rest.empty() ? std::optional{std::move(result)} : std::nullopt;
}

std::optional<inbox_sweep_answer> read_inbox_sweep(resp_reply reply) {
  if (reply.size() < 4 || !is_number(reply[1]) || !is_number(reply[2])
      || !is_number(reply[3]))
    return std::nullopt;
  inbox_sweep_answer result;
  result.next = number(reply[1]);
  result.letters = number(reply[2]);
  result.evicted = number(reply[3]);
  if (!read_new_letters(result.found, reply.subspan(4)))
    return std::nullopt;
  return result;
}

std::optional<std::pair<std::vector<dead_letter>, bool>>
read_inbox_letters(resp_reply reply) {
  if (reply.size() < 2 || (reply.size() - 2) % 4 != 0)
    return std::nullopt;
  std::pair<std::vector<dead_letter>, bool> result;
  result.second = reply[1].text == "more";
  for (auto rest = reply.subspan(2); !rest.empty(); rest = rest.subspan(4)) {
    auto letter = read_letter(rest);
    if (!letter || rest[3].type != resp_type::string)
      return std::nullopt;
    letter->packet = std::make_shared<const std::string>(rest[3].text);
    result.first.push_back(std::move(*letter));
  }
  return result;
}

} // namespace atrium
