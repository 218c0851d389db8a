#include "atrium/net/websocket/request_intake.hpp"

#include "atrium/actors/connection_messages.hpp"
#include "atrium/actors/util/send_in_place.hpp"
#include "atrium/net/admission/client_counters.hpp"
#include "atrium/net/http/node_context.hpp"
#include "atrium/net/lane/lane_thread.hpp"

#include <caf/send.hpp>

namespace atrium {

// The pace is measured first: what cannot be read costs as much.
void request_intake::take(std::string_view text,
                          const std::shared_ptr<client_session>& from) {
  auto pace = rate_limiter_.take_message(client_rate_limiter::clock::now(),
                                         node_.rules->rates, text.size());
  auto parsed = codec_.parse(text);
  if (auto* request = std::get_if<client_request>(&parsed))
    pass_on(*request, pace, *from);
  else if (auto* newer = std::get_if<refresh_request>(&parsed))
    renew(*newer, pace, from);
  else
    from->answer(std::get<failure>(parsed));
}

void request_intake::pass_on(client_request& x, wait pace,
                             client_session& from) {
  if (pace == pace.zero())
    return anon_send_in_place(actor_,
                              [&x] { return from_client{std::move(x)}; });
  auto id = std::visit([](auto& request) { return std::move(request.id); }, x);
  refuse_pace(std::move(id), pace, from);
}

void request_intake::refuse_pace(std::string id, wait pace,
                                 client_session& from) {
  ++node_.client_counts->rate_limited;
  from.answer(failure{std::move(id),
                      errc::rate_limited,
                      "more than this connection may send",
                      {},
                      std::chrono::ceil<std::chrono::milliseconds>(pace)});
}

void request_intake::renew(refresh_request& x, wait pace,
                           const std::shared_ptr<client_session>& from) {
  if (pace != pace.zero())
    return refuse_pace(std::move(x.id), pace, *from);
  if (!node_.authenticator)
    return from->answer(
      failure{x.id, errc::forbidden, "this node asks for no tokens", {}});
  credentials shown{std::move(x.token), from->peer(), {}};
  // `from` keeps this alive, too: it is part of the session.
  node_.authenticator->check(
    std::move(shown), lane_, [this, from, id = std::move(x.id)](verdict found) {
      // The client has gone while somebody looked at its token.
      if (!actor_)
        return;
      if (auto* who = std::get_if<identity>(&found))
        return caf::anon_send(actor_, renewed{id, std::move(*who)});
      auto& no = std::get<failure>(found);
      from->answer(
        failure{id, no.code, std::move(no.message), {}, no.retry_after});
    });
}

bool request_intake::forgives(const failure& x) {
  if (!is_mistake(x.code)
      || rate_limiter_.take_error(client_rate_limiter::clock::now(),
                                  node_.rules->rates))
    return true;
  ++node_.client_counts->error_closes;
  return false;
}

} // namespace atrium
