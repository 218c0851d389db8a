#include "atrium/broker/redis/redis_inbox.hpp"

#include "atrium/broker/inbox_id.hpp"
#include "atrium/broker/redis/dead_letter_calls.hpp"
#include "atrium/broker/redis/inbox_message_calls.hpp"
#include "atrium/broker/redis/inbox_sweep.hpp"
#include "atrium/broker/redis/script_task.hpp"
#include "atrium/broker/redis/scripts.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace atrium {

class redis_inbox::impl final : public script_task {
public:
  impl(redis_client& client, redis_inbox_config config)
    : script_task(client, config.patience, "inbox_refused",
                  "keeping messages for users is refused"),
      context(client, std::move(config.names), config.rule),
      interval_(config.interval) {
    context.has_letters = [this](const std::string& user) {
      push_own(letters, make_letter_note(context, user));
      go_on_soon();
    };
  }

  // On the thread that calls it.
  void hear(std::function<void(const dead_letter&)> heard) {
    boost::asio::post(client().io(),
                      [this, heard = std::move(heard)]() mutable {
                        context.heard = std::move(heard);
                      });
  }

  /// Replays or purges, unless the id is none.
  void alter(decltype(&make_letter_replay) how, std::string user,
             std::string id, std::function<void(dead_letter_outcome)> done) {
    if (!id.empty() && !read_inbox_id(id)) {
      ++context.counters.failed;
      return done({errc::bad_request});
    }
    ask(letters, how(context, std::move(user), std::move(id), std::move(done)));
  }

  inbox_context context;
  line& puts = add_line(inbox_put_script);
  line& reads = add_line(inbox_read_script);
  line& acks = add_line(inbox_ack_script);
  line& letters = add_line(inbox_dead_script);

private:
  // What this node asks itself has no bound: there is one at a time, or one for
  // each answer.
  void begin_sweep(clock::time_point now) {
    if (next_sweep_ > now || is_sweeping_ || is_stopping()
        || !context.counters.connected)
      return;
    is_sweeping_ = true;
    push_own(letters, make_inbox_sweep(context, [this](bool has_more) {
               is_sweeping_ = false;
               next_sweep_
                 = clock::now() + (has_more ? interval_ / 10 : interval_);
               go_on_soon();
             }));
  }

  // -- script_task ------------------------------------------------------------

  clock::time_point prepare(clock::time_point now) override {
    begin_sweep(now);
    return is_sweeping_ ? now + interval_ : std::max(next_sweep_, now + pause);
  }

  void connected(bool is_up) override {
    context.counters.connected = is_up;
  }

  static constexpr std::chrono::milliseconds pause{50};

  const std::chrono::milliseconds interval_;
  clock::time_point next_sweep_{};
  bool is_sweeping_ = false;
};

redis_inbox::redis_inbox(redis_client& client, redis_inbox_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->start();
}

redis_inbox::~redis_inbox() {
  impl_->stop({});
}

void redis_inbox::put(std::string user, inbox_entry what,
                      std::function<void(inbox_receipt)> done) {
  impl_->ask(impl_->puts, make_inbox_put(impl_->context, std::move(user),
                                         std::move(what), std::move(done)));
}

void redis_inbox::read(inbox_query what, std::function<void(inbox_page)> done) {
  impl_->ask(impl_->reads,
             make_inbox_read(impl_->context, std::move(what), std::move(done)));
}

void redis_inbox::acknowledge(std::string user, std::string device,
                              std::string id, std::function<void(errc)> done) {
  auto& in = impl_->context;
  if (!read_inbox_id(id)) {
    ++in.counters.failed;
    return done(errc::bad_request);
  }
  impl_->ask(impl_->acks,
             make_inbox_acknowledge(in, std::move(user), std::move(device),
                                    std::move(id), std::move(done)));
}

void redis_inbox::list(dead_letter_query what,
                       std::function<void(dead_letter_page)> done) {
  auto& in = impl_->context;
  if (!what.after.empty() && !read_dead_letter_place(what.after)) {
    ++in.counters.failed;
    return done({errc::bad_request, {}});
  }
  what.limit = std::max<std::size_t>(1, what.limit);
  impl_->ask(impl_->letters,
             make_letter_list(in, std::move(what), std::move(done)));
}

void redis_inbox::replay(std::string user, std::string id,
                         std::function<void(dead_letter_outcome)> done) {
  impl_->alter(make_letter_replay, std::move(user), std::move(id),
               std::move(done));
}

void redis_inbox::purge(std::string user, std::string id,
                        std::function<void(dead_letter_outcome)> done) {
  impl_->alter(make_letter_purge, std::move(user), std::move(id),
               std::move(done));
}

void redis_inbox::on_dead_letter(
  std::function<void(const dead_letter&)> heard) {
  impl_->hear(std::move(heard));
}

void redis_inbox::change(const inbox_rule& to) {
  impl_->context.rule.replace(to);
}

void redis_inbox::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

inbox_stats redis_inbox::stats() const {
  return impl_->context.counters.stats();
}

} // namespace atrium
