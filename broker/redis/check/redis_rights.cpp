#include "atrium/broker/redis/check/redis_rights.hpp"

#include "atrium/broker/redis/resp.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

namespace atrium {

namespace {

using enum redis_feature;

// Forms: what reads or removes, of a key that does not exist; what would create
// something, with a condition (XX, NOMKSTREAM) or a value that is wrong. SADD
// and INCR have neither: SREM and DEL follow. Users are asked for their rights
// before anything else.
constexpr redis_right table[] = {
  {basics, "ping", "PING"},
  {basics, "role", "ROLE"},
  {basics, "client|setname", "CLIENT SETNAME atrium-check"},
  {basics, "info", "INFO server"},
  {basics, "time", "TIME"},
  {basics, "script|load", "SCRIPT LOAD return"},
  {basics, "evalsha", "EVALSHA ffffffffffffffffffffffffffffffffffffffff 0"},
  {database, "select", "SELECT $db"},
  {basics, "zadd", "ZADD @nodes XX 0 m"},
  {basics, "zrem", "ZREM @nodes m"},
  {basics, "zrange", "ZRANGE @nodes 0 0"},
  {basics, "zcount", "ZCOUNT @nodes 0 0"},
  {basics, "zscore", "ZSCORE @nodes m"},
  {basics, "zremrangebyscore", "ZREMRANGEBYSCORE @nodes 1 0"},
  {basics, "hset", "HSET @nodes f v x"},
  {basics, "hget", "HGET @nodes f"},
  {basics, "hgetall", "HGETALL @nodes"},
  {basics, "hdel", "HDEL @nodes f"},
  {basics, "get", "GET @nodes"},
  {basics, "set", "SET @nodes v XX"},
  {basics, "exists", "EXISTS @nodes"},
  {basics, "pexpire", "PEXPIRE @nodes 1"},
  {users, "hgetall", "HGETALL @user"},
  {users, "hset", "HSET @user f v x"},
  {users, "hdel", "HDEL @user f"},
  {users, "pexpire", "PEXPIRE @user 1"},
  {history, "hmget", "HMGET @room f"},
  {history, "hset", "HSET @room f v x"},
  {history, "expire", "EXPIRE @room 1"},
  {history, "xadd", "XADD @room NOMKSTREAM * f v"},
  {history, "xrange", "XRANGE @room - + COUNT 1"},
  {history, "xrevrange", "XREVRANGE @room + - COUNT 1"},
  {history, "get", "GET @room"},
  {history, "set", "SET @room v XX"},
  {history, "del", "DEL @room"},
  {presence, "hset", "HSET @room f v x"},
  {presence, "hdel", "HDEL @room f"},
  {presence, "hincrby", "HINCRBY @room f x"},
  {presence, "hlen", "HLEN @room"},
  {presence, "hscan", "HSCAN @room 0"},
  {presence, "sscan", "SSCAN @nodes 0"},
  {presence, "sadd", "SADD @nodes m"},
  {presence, "srem", "SREM @nodes m"},
  {inbox, "hget", "HGET @user f"},
  {inbox, "hmget", "HMGET @user f"},
  {inbox, "hgetall", "HGETALL @user"},
  {inbox, "hset", "HSET @user f v x"},
  {inbox, "hdel", "HDEL @user f"},
  {inbox, "get", "GET @user"},
  {inbox, "set", "SET @user v XX"},
  {inbox, "expire", "EXPIRE @user 1"},
  {inbox, "xadd", "XADD @user NOMKSTREAM * f v"},
  {inbox, "xrange", "XRANGE @user - + COUNT 1"},
  {inbox, "xlen", "XLEN @user"},
  {inbox, "xdel", "XDEL @user 0-1"},
  {inbox, "xtrim", "XTRIM @user MAXLEN 0"},
  {inbox, "del", "DEL @user"},
  {inbox, "zadd", "ZADD @inbox XX 0 m"},
  {inbox, "zrange", "ZRANGE @inbox 0 0"},
  {inbox, "zrem", "ZREM @inbox m"},
  {events, "sscan", "SSCAN @nodes 0"},
  {events, "sadd", "SADD @nodes m"},
  {events, "srem", "SREM @nodes m"},
  {events, "get", "GET @events"},
  {events, "set", "SET @events v XX"},
  {events, "hget", "HGET @events f"},
  {events, "hset", "HSET @events f v x"},
  {events, "hdel", "HDEL @events f"},
  {events, "hlen", "HLEN @events"},
  {events, "hscan", "HSCAN @events 0"},
  {events, "hincrby", "HINCRBY @events f x"},
  {events, "xadd", "XADD @events NOMKSTREAM * f v"},
  {events, "incrby", "INCRBY @events x"},
  {events, "incr", "INCR @events"},
  {events, "del", "DEL @events"},
  {owners, "hrandfield", "HRANDFIELD @nodes"},
  {owners, "hmget", "HMGET @room f"},
  {owners, "hgetall", "HGETALL @room"},
  {owners, "hset", "HSET @room f v x"},
  {owners, "hdel", "HDEL @room f"},
  {owners, "expire", "EXPIRE @room 1"},
  {basics, "del", "DEL @nodes"},
  {cluster, "cluster|slots", "CLUSTER SLOTS"},
  {cluster, "asking", "ASKING"},
  {cluster, "spublish", "SPUBLISH #room -"},
  {cluster, "spublish", "SPUBLISH #user -"},
  {cluster, "spublish", "SPUBLISH #node -"},
  {plain, "publish", "PUBLISH #room -"},
  {plain, "publish", "PUBLISH #user -"},
  {plain, "publish", "PUBLISH #node -"},
  // Last: who may not end a subscription may say nothing else after it.
  {cluster, "ssubscribe", "SSUBSCRIBE #room"},
  {cluster, "sunsubscribe", "SUNSUBSCRIBE #room"},
  {plain, "subscribe", "SUBSCRIBE #room"},
  {plain, "unsubscribe", "UNSUBSCRIBE #room"},
};

// Without these a node does less, and does not stand still.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> optional
  = {{
    {"ping", "the node learns late that Redis loads its data"},
    {"role", "the node learns only from a write that a master is none any "
             "more"},
    {"client|setname", "CLIENT LIST does not tell whose connections are whose"},
    {"info", "offsets in histories are given out twice when Redis has lost "
             "its last writes"},
  }};

// What has no say about rights: the server takes no writes at all.
constexpr std::array<std::string_view, 6> refusals
  = {"OOM ",         "NOREPLICAS ", "MISCONF ",
     "CLUSTERDOWN ", "MASTERDOWN ", "READONLY "};

bool is_needed(redis_feature what, const redis_needs& by,
               const redis_address& at) {
  switch (what) {
  case basics:
    return true;
  case plain:
    return at.kind != redis_kind::cluster;
  case redis_feature::cluster:
    return at.kind == redis_kind::cluster;
  case database:
    return at.db != 0;
  case users:
    return by.users;
  case history:
    return by.history;
  case presence:
    return by.presence;
  case inbox:
    return by.inbox;
  case events:
    return by.events;
  case owners:
    return by.owners;
  }
  return false;
}

void add_once(std::vector<std::string>& to, std::string x) {
  if (std::ranges::find(to, x) == to.end())
    to.push_back(std::move(x));
}

std::string joined(const std::vector<std::string>& all) {
  std::string result;
  for (auto& x : all)
    result += (result.empty() ? "" : " ") + x;
  return result;
}

const std::string_view* effect_of_lacking(std::string_view rule) {
  auto i = std::ranges::find(optional, rule, [](auto& x) { return x.first; });
  return i == optional.end() ? nullptr : &i->second;
}

} // namespace

std::span<const redis_right> all_redis_rights() {
  return table;
}

rights_check::rights_check(const redis_needs& needs, const redis_address& at)
  : name_space_(needs.name_space),
    user_(at.user.empty() ? "default" : at.user),
    db_(at.db) {
  for (auto& x : table)
    if (is_needed(x.feature, needs, at))
      asked_.push_back(&x);
}

// None of these names is ever used: all keys of nodes end in another word.
std::string rights_check::word(std::string_view text) const {
  if (text == "$db")
    return std::to_string(db_);
  if (text.front() != '@' && text.front() != '#')
    return std::string{text};
  auto what = std::string{text.substr(1)};
  if (what == "events")
    return '{' + name_space_ + "}:events:check";
  auto has_id = what == "room" || what == "user" || what == "node";
  return '{' + name_space_ + ':' + what + (has_id ? ":check" : "") + "}:check";
}

std::string rights_check::pattern_of(std::string_view form) const {
  if (form.find("@events") != form.npos)
    return "~{" + name_space_ + "}:events*";
  for (auto what : {"nodes", "inbox"})
    if (form.find(std::string{'@'} + what) != form.npos)
      return "~{" + name_space_ + ':' + what + "}:*";
  auto what = form.find("@user") != form.npos ? "user" : "room";
  return "~{" + name_space_ + ':' + what + ":*";
}

std::vector<std::vector<std::string>> rights_check::questions() const {
  std::vector<std::vector<std::string>> result;
  for (auto* x : asked_) {
    auto& words = result.emplace_back();
    std::istringstream form{std::string{x->form}};
    for (std::string text; form >> text;)
      words.push_back(word(text));
  }
  return result;
}

// A command that is allowed with a key that is not: Redis tells the first
// thing that is wrong. Its words differ between versions.
void rights_check::on_reply(resp_reply reply) {
  auto& right = *asked_.at(next_++);
  auto text = reply.front().text;
  if (!is_error(reply))
    return;
  if (text.find("unknown command") != text.npos
      || text.find("nknown subcommand") != text.npos)
    return add_once(unknown_, std::string{right.rule});
  for (auto x : refusals)
    if (text.starts_with(x) && refusal_.empty())
      refusal_ = loggable(text);
  if (!text.starts_with("NOPERM"))
    return;
  if (text.find("run the") != text.npos)
    add_once(effect_of_lacking(right.rule) ? optional_ : commands_,
             '+' + std::string{right.rule});
  else if (text.find("channel") != text.npos)
    add_once(channels_, "&{" + name_space_ + ":*");
  else
    add_once(keys_, pattern_of(right.form));
}

void rights_check::report(redis_report& to) const {
  auto who = "the user " + user_;
  auto cure = " (ACL SETUSER " + user_ + ' ';
  if (!refusal_.empty())
    to.fail("the server refuses writes: " + refusal_);
  if (!commands_.empty())
    to.fail(who + " lacks the right to commands that the node needs" + cure
            + joined(commands_) + ')');
  if (!keys_.empty())
    to.fail(who + " lacks the right to keys of the node" + cure + joined(keys_)
            + ')');
  if (!channels_.empty())
    to.fail(who + " lacks the right to channels of the node" + cure
            + joined(channels_) + ')');
  for (auto& x : optional_) {
    auto text = who;
    text.append(" lacks the right to a command").append(cure).append(x);
    text.append("): ").append(*effect_of_lacking(x.substr(1)));
    to.warn(std::move(text));
  }
  for (auto& x : unknown_)
    if (auto effect = effect_of_lacking(x))
      to.warn("the server has no command " + x + ": " + std::string{*effect});
    else
      to.fail("the server has no command " + x + ", which the node needs");
}

} // namespace atrium
