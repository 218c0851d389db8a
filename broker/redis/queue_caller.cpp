#include "atrium/broker/redis/queue_caller.hpp"

namespace atrium {

queue_caller::queue_caller(redis_client& client, command_queue& queue)
  : client_(client), queue_(queue), timer_(client.io()) {
  // nop
}

void queue_caller::start(const profile& what) {
  client_.add(*this, what);
}

void queue_caller::stop() {
  client_.remove(*this);
  // The handler runs once more, with an error or, if it was queued already, for
  // an empty queue. `redis_bus` waits for the handler (`run_on`).
  timer_.cancel();
  queue_.fail_all();
}

void queue_caller::wake() {
  watch_time();
  client_.wake();
}

void queue_caller::on_up() {
  queue_.on_up();
}

void queue_caller::on_lost() {
  queue_.on_lost();
}

void queue_caller::on_script(std::string_view sha) {
  queue_.on_script(sha);
}

void queue_caller::on_script_refused(std::string_view error) {
  queue_.on_script_refused(error);
}

void queue_caller::compose(std::string& out, std::size_t limit) {
  queue_.compose(out, limit);
}

std::size_t queue_caller::unanswered() const {
  return queue_.in_flight();
}

std::string_view queue_caller::on_reply(resp_reply reply) {
  return on_reply_to(0, reply);
}

std::string_view queue_caller::on_reply_to(std::size_t which,
                                           resp_reply reply) {
  return queue_.on_reply_to(which, reply) ? "" : "an answer to no command";
}

void queue_caller::on_excused(std::size_t which) {
  queue_.on_excused(which);
}

// An answer may have put off what is to be sent next.
void queue_caller::on_read_end() {
  watch_time();
}

// One timer for all. It is moved only to an earlier time: an idle wake-up now
// and then costs less than a cancelled wait for each publish.
void queue_caller::watch_time() {
  auto next = queue_.next_tick();
  if (!next || (watching_ && watched_ <= *next))
    return;
  watching_ = true;
  watched_ = *next;
  timer_.expires_at(*next); // a wait that was under way ends with an error
  timer_.async_wait([this](boost::system::error_code ec) {
    if (ec)
      return;
    watching_ = false;
    queue_.tick(command_queue::clock::now());
    wake();
  });
}

} // namespace atrium
