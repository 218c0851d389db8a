#include "atrium/actors/connection_control.hpp"
#include "atrium/actors/directory_messages.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/api/api_service.hpp"

#include <caf/send.hpp>

#include <utility>

// What the API does to connections and rooms.

namespace atrium {

namespace {

// Success: the bus has taken it, so all nodes that are there hear of it.
bus::receipt_handler answer_with(api_service::handler done) {
  return [done = std::move(done)](const publish_receipt& x) {
    if (x.error != errc::none)
      return done({api_error_of(x.error), {}});
    done({{}, "{}"});
  };
}

} // namespace

void api_service::run_any(user_command x, handler done) const {
  env().control->command(std::move(x), answer_with(std::move(done)));
}

void api_service::run_any(api_close_room x, handler done) const {
  env().control->close_room(std::move(x.channel), answer_with(std::move(done)));
}

// The logic of the room sees it as a message without a sender.
void api_service::post(api_publish x, handler done) const {
  if (x.skip_history)
    return done({{api_error::bad_request,
                  "skip_history: is not supported where a room has logic of "
                  "its own"},
                 {}});
  post_in_room what;
  what.room = std::move(x.channel);
  what.is_chosen_id = !x.what.event_id.empty();
  what.what = {std::move(x.what.data), std::move(x.what.event_id), {}};
  what.done = [done = std::move(done)](post_result got) {
    if (got.code != errc::none)
      return done({api_error_of(got.code, std::move(got.why)), {}});
    if (got.answer.empty())
      return done(reply_of(got.receipt));
    std::string result;
    json_writer{result}.open_object().raw("answer", got.answer).close_object();
    done({{}, std::move(result)});
  };
  caf::anon_send(node_->directory, std::move(what));
}

} // namespace atrium
