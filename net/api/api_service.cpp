#include "atrium/net/api/api_service.hpp"

#include "atrium/actors/delivery/publisher.hpp"
#include "atrium/actors/room_types.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/api/api_batch.hpp"
#include "atrium/net/api/api_method.hpp"
#include "atrium/net/http/http_routes.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace atrium {

namespace {

api_reply failed(errc code, std::string why = {}) {
  return {api_error_of(code, std::move(why)), {}};
}

// Without a history there is no position.
std::string to_json(const std::optional<position>& x) {
  std::string result;
  json_writer out{result};
  out.open_object();
  if (x)
    out.number("offset", x->offset).text("epoch", x->epoch);
  out.close_object();
  return result;
}

} // namespace

api_reply reply_of(const publish_receipt& x) {
  if (x.error != errc::none)
    return failed(x.error);
  return {{}, to_json(x.at)};
}

void api_service::run(api_item x, handler done) const {
  auto& traffic = *node_->api->traffic;
  if (x.method != nullptr)
    ++traffic.commands[number_of(*x.method)];
  auto counted = [&traffic, done = std::move(done)](api_reply reply) {
    if (reply.error.code != 0)
      traffic.failed(reply.error.code);
    done(std::move(reply));
  };
  std::visit([&](auto& what) { run_any(std::move(what), std::move(counted)); },
             x.what);
}

api_runner api_service::runner() const {
  using clock = std::chrono::steady_clock;
  // What begins until then is answered in time: the bus has its own patience.
  auto margin = env().limits->bus_timeout + std::chrono::seconds{1};
  auto last = clock::now()
              + std::max<clock::duration>(http_route::patience - margin,
                                          std::chrono::seconds{1});
  return {[by = *this](api_item x, handler done) {
            by.run(std::move(x), std::move(done));
          },
          [to = here_](std::function<void()> what) {
            boost::asio::post(*to, std::move(what));
          },
          [last] { return clock::now() < last; },
          node_->api->traffic->max_body};
}

void api_service::run_any(api_error x, handler done) const {
  done({std::move(x), {}});
}

// -- messages -----------------------------------------------------------------

void api_service::publish(envelope x, publish_options how, handler done) const {
  publisher{env(), at_}.publish(
    x, how,
    [done = std::move(done)](const auto& receipt) { done(reply_of(receipt)); });
}

void api_service::run_any(api_publish x, handler done) const {
  if (env().rooms->has(x.channel))
    return post(std::move(x), std::move(done));
  publish_options how;
  how.watched = env().watched->has_room(x.channel);
  how.is_chosen_id = !x.what.event_id.empty();
  if (x.skip_history)
    how.history = history_rule{};
  publish(publisher{env(), at_}.make_envelope(scope::room, std::move(x.channel),
                                              std::move(x.what.data),
                                              std::move(x.what.event_id)),
          how, std::move(done));
}

// Each room may answer in its own way, so each is a command of its own.
void api_service::run_any(api_broadcast x, handler done) const {
  api_batch all;
  all.items.reserve(x.channels.size());
  for (auto& channel : x.channels)
    all.items.push_back(
      {nullptr, api_publish{std::move(channel), x.what, x.skip_history}});
  run_broadcast(runner(), std::move(all), std::move(done));
}

void api_service::run_any(api_send x, handler done) const {
  publish_options how;
  how.watched = env().watched->has_user(x.user);
  how.is_chosen_id = !x.what.event_id.empty();
  auto message = publisher{env(), at_}.make_envelope(
    scope::user, std::move(x.user), std::move(x.what.data),
    std::move(x.what.event_id));
  if (x.durable)
    return store(message, how, std::move(done));
  publish(std::move(message), how, std::move(done));
}

void api_service::store(const envelope& x, publish_options how,
                        handler done) const {
  publisher{env(), at_}.store(
    x, how, [done = std::move(done)](const inbox_receipt& receipt) {
      if (receipt.error != errc::none)
        return done(failed(receipt.error));
      std::string result;
      json_writer{result}
        .open_object()
        .text("inbox_id", receipt.id)
        .close_object();
      done({{}, std::move(result)});
    });
}

void api_service::run_any(api_broadcast_all x, handler done) const {
  publish_options how;
  how.is_chosen_id = !x.what.event_id.empty();
  publish(publisher{env(), at_}.make_envelope(
            scope::all, {}, std::move(x.what.data), std::move(x.what.event_id)),
          how, std::move(done));
}

// -- others -------------------------------------------------------------------

void api_service::run_any(api_rpc, handler done) const {
  done({{api_error::not_available, "not available: there is no RPC"}, {}});
}

void api_service::run_any(api_batch x, handler done) const {
  run_batch(runner(), std::move(x), std::move(done));
}

} // namespace atrium
