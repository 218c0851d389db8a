#include "atrium/broker/redis/redis_history.hpp"

#include "atrium/broker/redis/scripts.hpp"

#include <utility>

namespace atrium {

redis_history::redis_history(redis_client& client,
                             publish_accounting& accounting)
  : appends_(client, accounting, counters_, client.log()),
    reads_(client, counters_, client.log()),
    appender_(client, appends_),
    reader_(client, reads_) {
  // nop
}

void redis_history::push(append_job job) {
  appends_.push(std::move(job));
  if (!std::exchange(appends_begun_, true))
    appender_.start({history_append_script, "history_refused",
                     "keeping messages is refused", true});
}

void redis_history::push(history_read_job job) {
  reads_.push(std::move(job));
  if (!std::exchange(reads_begun_, true))
    reader_.start({history_read_script, "history_refused",
                   "reading kept messages is refused", true});
}

void redis_history::wake() {
  if (appends_begun_)
    appender_.wake();
  if (reads_begun_)
    reader_.wake();
}

void redis_history::stop() {
  appender_.stop();
  reader_.stop();
}

bool redis_history::admit(const history_log::page_handler& done) {
  if (reads_.admit())
    return true;
  reads_.refuse(done);
  return false;
}

void redis_history::refuse(const history_log::page_handler& done) {
  reads_.release();
  reads_.refuse(done);
}

} // namespace atrium
