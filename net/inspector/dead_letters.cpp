#include "atrium/net/inspector/dead_letters.hpp"

#include "atrium/broker/envelope.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/paging.hpp"

namespace atrium {

namespace {

std::int64_t ms_of(unix_time x) {
  return x.time_since_epoch().count();
}

// What some other program has put there may be no packet.
json row_of(const dead_letter& x) {
  json row{
    {"user", x.user},
    {"id", x.id},
    {"message", x.message},
    {"why", x.why == dead_letter::cause::expired ? "expired" : "too_many"},
    {"time", ms_of(x.time)},
    {"bytes", x.packet->size()}};
  auto found = decode_packet(*x.packet);
  if (auto* sent = std::get_if<packet>(&found)) {
    row["event_id"] = sent->about.event_id;
    row["sent"] = ms_of(sent->about.time);
    row["from"]
      = sent->about.from ? json(sent->about.from->user) : json(nullptr);
  }
  return row;
}

// Of an inbox, which answers on any thread; the promise belongs to the
// inspector.
template <class Answer, class F>
std::function<void(Answer)> here(const inspector_context& by, F f) {
  return [back = by.here(), f](Answer x) {
    back([f, x = std::move(x)]() mutable { f(x); });
  };
}

void refuse_error(inspect_answer& to, errc why) {
  if (why == errc::bad_request)
    return refuse(to, 400, "bad_request", "this is no id of a dead letter");
  refuse(to, 503, "bus_unavailable", std::string{to_string(why)});
}

bool can_ask(const inspector_context& by, const std::string& user,
             inspect_answer& to) {
  if (!by.env->inbox)
    refuse(to, 404, "inbox_off", "this node keeps no durable messages");
  else if (!user.empty() && !is_name(user))
    refuse(to, 400, "bad_request", "this is no name of a user");
  else
    return true;
  return false;
}

} // namespace

void view_dead_letters(const inspector_context& by, const std::string& user,
                       const inspect_target& x, inspect_answer to) {
  if (!can_ask(by, user, to))
    return;
  dead_letter_query what{user, x.text("after")};
  what.limit
    = std::max<std::size_t>(1, x.number("limit", page_size, largest_page));
  by.env->inbox->list(
    what, here<dead_letter_page>(by, [to](dead_letter_page& page) mutable {
      if (page.error != errc::none)
        return refuse_error(to, page.error);
      json result{{"dead_letters", json::array()}};
      for (auto& one : page.letters)
        result["dead_letters"].push_back(row_of(one));
      result["next"] = page.next.empty() ? json(nullptr) : json(page.next);
      to.deliver(std::uint16_t{200}, dump(result));
    }));
}

void act_on_dead_letters(const inspector_context& by,
                         const std::vector<std::string>& path,
                         inspect_answer to) {
  auto& user = path.at(0);
  auto& what = path.at(1);
  auto id = path.size() > 2 ? path[2] : std::string{};
  if (what != "replay" && what != "purge")
    return refuse_unknown(to);
  if (!can_ask(by, user, to))
    return;
  auto done = here<dead_letter_outcome>(
    by, [to, user, what, is_one = !id.empty()](dead_letter_outcome& x) mutable {
      if (x.error != errc::none)
        return refuse_error(to, x.error);
      if (is_one && x.letters + x.stayed == 0)
        return refuse(to, 404, "not_found", "there is no such dead letter");
      log::info("admin_dead_letters",
                {{"user", user}, {"act", what}, {"letters", x.letters}},
                "inspector acts on dead letters of a user");
      json result{{what == "purge" ? "purged" : "replayed", x.letters}};
      if (x.stayed > 0) {
        result["stayed"] = x.stayed;
        result["reason"] = "the inbox is full (--inbox-max)";
      }
      to.deliver(std::uint16_t{200}, dump(result));
    });
  auto& kept = *by.env->inbox;
  what == "purge" ? kept.purge(user, id, done) : kept.replay(user, id, done);
}

} // namespace atrium
