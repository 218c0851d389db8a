#include "atrium/net/cli/inspect/inspect_request.hpp"

#include "atrium/broker/util/percent.hpp"

namespace atrium::tool {

namespace {

// Of a target without words.
std::string name_of(task x) {
  switch (x) {
  case task::tree:
    return "tree";
  case task::cluster:
    return "cluster";
  case task::rooms:
    return "rooms";
  case task::users:
    return "users";
  case task::owners:
    return "owners";
  default:
    return "connections";
  }
}

} // namespace

std::string target_of(const inspect_options& from) {
  // Names may contain slashes and question marks.
  auto word = [&](std::size_t i) { return encode_percent(from.words.at(i)); };
  switch (from.what) {
  case task::node:
  case task::watch:
    return {};
  case task::room:
    return "rooms/" + word(0);
  case task::members:
    return "rooms/" + word(0) + "/members";
  case task::user:
    return "users/" + word(0);
  case task::owner:
    return "owners/" + word(0);
  case task::connection:
    return "connections/" + word(0);
  case task::actor:
    return "actors/" + word(0);
  case task::find:
    return "find?q=" + word(0) + "&limit=" + std::to_string(from.limit);
  case task::top:
    return "top?limit=" + std::to_string(from.limit);
  case task::disconnect:
    // The first word is `connection` or `user`; targets have the plural.
    return from.words.at(0) + "s/" + word(1) + "/disconnect";
  case task::publish:
    return "rooms/" + word(0) + "/publish";
  case task::dead_letters:
    return "dead-letters" + (from.words.empty() ? "" : '/' + word(0));
  case task::replay:
  case task::purge:
    return "dead-letters/" + word(0)
           + (from.what == task::purge ? "/purge" : "/replay")
           + (from.words.size() > 1 ? '/' + word(1) : "");
  default:
    break;
  }
  auto query = from.prefix.empty() ? std::string{}
                                   : "?prefix=" + encode_percent(from.prefix);
  return name_of(from.what) + query;
}

std::string body_of(const inspect_options& from) {
  if (from.what != task::publish)
    return {};
  return R"({"data":)" + from.words.at(1) + '}';
}

} // namespace atrium::tool
