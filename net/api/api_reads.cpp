#include "atrium/actors/cluster/channel_list.hpp"
#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/broker/bus.hpp"
#include "atrium/broker/envelope.hpp"
#include "atrium/broker/history.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/presence.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/api/api_service.hpp"

#include <algorithm>
#include <utility>

// What the API answers to questions.

namespace atrium {

namespace {

constexpr std::size_t most_present = 10'000; // users in one answer

// -- history ------------------------------------------------------------------

// A packet that is none was put there by somebody else; it has a number, too.
void write_publication(json_writer& out, const stored_message& x) {
  auto decoded = decode_packet(*x.packet);
  auto* packet = std::get_if<struct packet>(&decoded);
  if (packet == nullptr)
    return;
  out.open_object().raw("data", packet->data).number("offset", x.offset);
  if (auto& from = packet->about.from)
    out.key("info")
      .open_object()
      .text("user", from->user)
      .text("client", from->connection)
      .close_object();
  out.close_object();
}

std::string to_json(const history_page& x) {
  std::string result;
  json_writer out{result};
  out.open_object().key("publications").open_array();
  for (auto& message : x.messages)
    write_publication(out, message);
  out.close_array()
    .number("offset", x.top.offset)
    .text("epoch", x.top.epoch)
    .close_object();
  return result;
}

api_reply reply_to(const history_page& x) {
  if (x.error != errc::none)
    return {api_error_of(x.error), {}};
  return {{}, to_json(x)};
}

/// Asks a history, a second time where the first answer shows what to ask.
class history_question : public std::enable_shared_from_this<history_question> {
public:
  history_question(history_log& log, std::string channel, history_query what,
                   api_handler done)
    : log_(log),
      channel_(std::move(channel)),
      what_(std::move(what)),
      done_(std::move(done)) {
    // nop
  }

  // Of a position without an epoch only the number counts.
  void ask() {
    if (!what_.from || !what_.from->epoch.empty())
      return read(what_);
    log_.read(channel_, history_query{what_.rule},
              [self = shared_from_this()](history_page page) {
                if (page.error != errc::none)
                  return self->done_(reply_to(page));
                self->what_.from->epoch = page.top.epoch;
                self->read(self->what_);
              });
  }

private:
  void read(const history_query& what) {
    log_.read(channel_, what, [self = shared_from_this()](history_page page) {
      self->on_page(std::move(page));
    });
  }

  // What is gone is no error to a back end: it gets what is there.
  void on_page(history_page page) {
    if (!page.is_lost)
      return done_(reply_to(page));
    auto& from = *what_.from;
    if (from.epoch != page.top.epoch)
      return done_({{api_error::unrecoverable_position,
                     "unrecoverable position: the history is another one"},
                    {}});
    if (from.offset > page.top.offset || from.offset >= page.floor)
      return done_(reply_to(page));
    from.offset = page.floor;
    read(what_);
  }

  history_log& log_; // the environment has it
  const std::string channel_;
  history_query what_;
  api_handler done_;
};

// -- presence -----------------------------------------------------------------

// A node knows users: the entry of a user is called as the user.
std::string to_json(const std::vector<present_user>& users) {
  std::string result;
  json_writer out{result};
  out.open_object().key("presence").open_object();
  for (auto& x : users) {
    out.any_key(x.user).open_object();
    out.text("user", x.user).text("client", x.user);
    if (!x.info.empty())
      out.raw("conn_info", x.info);
    out.close_object();
  }
  out.close_object().close_object();
  return result;
}

// Where only the number of users is told, each counts as one client.
std::string to_stats(const presence_page& x, bool has_users) {
  std::size_t connections = has_users ? 0 : x.present;
  for (auto& user : x.users)
    connections += user.connections;
  std::string result;
  json_writer{result}
    .open_object()
    .number("num_clients", connections)
    .number("num_users", x.present)
    .close_object();
  return result;
}

// -- nodes --------------------------------------------------------------------

// Of nodes that do not answer within a second nothing is told.
std::string to_json_of_api(const channel_list& x) {
  std::string result;
  json_writer out{result};
  out.open_object().key("channels").open_object();
  for (auto& [name, members] : x.rooms)
    out.any_key(name)
      .open_object()
      .number("num_clients", members)
      .close_object();
  out.close_object().close_object();
  return result;
}

std::string to_json_of_api(const node_listing& x) {
  std::string result;
  json_writer out{result};
  out.open_object().key("nodes").open_array();
  for (auto& row : x.nodes) {
    if (row.silent)
      continue;
    auto& node = row.report;
    out.open_object()
      .text("uid", node.run)
      .text("name", node.node)
      .text("version", node.version)
      .number("num_clients", node.connections)
      .number("num_users", node.users)
      .number("num_channels", node.rooms)
      .number("uptime", node.uptime_s)
      .close_object();
  }
  out.close_array().close_object();
  return result;
}

} // namespace

void api_service::run_any(api_history x, handler done) const {
  auto rule = env().limits->history.find(x.channel);
  auto* log = rule.is_on() ? at_.bus_of(env()).history() : nullptr;
  if (log == nullptr)
    return done({api_error_of(errc::history_off), {}});
  history_query what{rule, std::move(x.since)};
  what.limit = x.limit < 0
                 ? rule.count
                 : std::min(static_cast<std::size_t>(x.limit), rule.count);
  what.max_bytes = node_->api->traffic->max_body;
  what.newest_first = x.reverse;
  std::make_shared<history_question>(*log, env().names.room(x.channel),
                                     std::move(what), std::move(done))
    ->ask();
}

void api_service::run_any(api_history_remove x, handler done) const {
  auto is_on = env().limits->history.find(x.channel).is_on();
  auto* log = is_on ? at_.bus_of(env()).history() : nullptr;
  if (log == nullptr)
    return done({api_error_of(errc::history_off), {}});
  log->remove(env().names.room(x.channel),
              [done = std::move(done)](errc error) {
                if (error != errc::none)
                  return done({api_error_of(error), {}});
                done({{}, "{}"});
              });
}

void api_service::run_any(api_presence x, handler done) const {
  auto mode = env().limits->presence.find(x.channel);
  auto has_users = mode == presence_mode::full;
  if (!env().presence || mode == presence_mode::off)
    return done({api_error_of(errc::presence_off), {}});
  if (!has_users && !x.is_number_only)
    return done({{api_error::not_available,
                  "not available: the room tells only how many are in it"},
                 {}});
  env().presence->read(
    {x.channel, env().names.room(x.channel), mode},
    has_users ? most_present : 0,
    [has_users, number = x.is_number_only,
     done = std::move(done)](const presence_page& page) {
      if (page.error != errc::none)
        return done({api_error_of(page.error), {}});
      done({{}, number ? to_stats(page, has_users) : to_json(page.users)});
    });
}

void api_service::run_any(api_channels x, handler done) const {
  node_->api->cluster->survey_all(
    {"channels", std::move(x.pattern)},
    [done = std::move(done)](const survey_result& found) {
      auto all = merge_channels(found);
      if (all.error == "busy")
        return done({{api_error::too_many_requests, "too many requests"}, {}});
      if (all.error == "too_large")
        return done({{api_error::bad_request, "pattern: is too long"}, {}});
      done({{}, to_json_of_api(all)});
    });
}

void api_service::run_any(api_info, handler done) const {
  node_->api->cluster->list([done = std::move(done)](const node_listing& all) {
    done({{}, to_json_of_api(all)});
  });
}

} // namespace atrium
