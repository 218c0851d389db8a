#include "atrium/broker/redis/redis_inbox.hpp"

#include "atrium/broker/inbox_id.hpp"
#include "atrium/broker/redis/dead_letter_calls.hpp"
#include "atrium/broker/redis/inbox_message_calls.hpp"
#include "atrium/broker/redis/inbox_sweep.hpp"
#include "atrium/broker/redis/queue_caller.hpp"
#include "atrium/broker/redis/redis_task.hpp"
#include "atrium/broker/redis/scripts.hpp"
#include "atrium/broker/util/handoff.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace atrium {

class redis_inbox::impl final : public redis_task {
public:
  impl(redis_client& client, redis_inbox_config config)
    : redis_task(client),
      context(std::move(config.names), config.rule),
      puts(client, inbox_put_script),
      reads(client, inbox_read_script),
      acks(client, inbox_ack_script),
      letters(client, inbox_dead_script),
      patience_(config.patience),
      interval_(config.interval),
      requests_(
        client.io(), [this] { go_on(); }, client.turns()) {
    context.has_letters = [this](const std::string& user) {
      letters.queue.push(own(make_letter_note(context, user)));
      go_on_soon();
    };
  }

  /// Calls of one script.
  struct line {
    line(redis_client& client, std::string_view with)
      : queue(client.log()), caller(client, queue), script(with) {
      // nop
    }

    inbox_queue queue;
    queue_caller caller;
    const std::string_view script;
    bool begun = false;
  };

  void start() {
    redis_task::start({{}, "inbox_refused", refused});
  }

  /// Takes a call over to the thread of the client, or fails it.
  void ask(line& to, std::unique_ptr<inbox_call> x) {
    if (!to.queue.admit(x->bytes))
      return x->fail(errc::bus_unavailable);
    auto taken = requests_.leave([&](std::vector<request>& all) {
      x->deadline = clock::now() + patience_;
      all.push_back({&to, std::move(x)});
      return true;
    });
    if (taken)
      return;
    to.queue.release(x->bytes);
    x->fail(errc::bus_unavailable);
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
  line puts;
  line reads;
  line acks;
  line letters;

private:
  struct request {
    line* to;
    std::unique_ptr<inbox_call> what;
  };

  static constexpr std::string_view refused
    = "keeping messages for users is refused";

  std::array<line*, 4> lines() {
    return {&puts, &reads, &acks, &letters};
  }

  void take_requests() {
    for (auto& x : requests_.take())
      x.to->queue.push(std::move(x.what));
  }

  // What this node asks itself has no bound: there is one at a time, or one for
  // each answer.
  std::unique_ptr<inbox_call> own(std::unique_ptr<inbox_call> x) {
    letters.queue.admit_always();
    x->deadline = clock::now() + patience_;
    return x;
  }

  void begin_sweep(clock::time_point now) {
    if (next_sweep_ > now || is_sweeping_ || is_stopping()
        || !context.counters.connected)
      return;
    is_sweeping_ = true;
    letters.queue.push(own(make_inbox_sweep(context, [this](bool has_more) {
      is_sweeping_ = false;
      next_sweep_ = clock::now() + (has_more ? interval_ / 10 : interval_);
      go_on_soon();
    })));
  }

  // -- redis_task -------------------------------------------------------------

  // Each script is loaded when it is needed for the first time.
  clock::time_point work(clock::time_point now) override {
    take_requests();
    begin_sweep(now);
    for (auto* x : lines()) {
      if (x->queue.is_empty())
        continue;
      if (!std::exchange(x->begun, true))
        x->caller.start({x->script, "inbox_refused", refused});
      x->caller.wake();
    }
    return is_sweeping_ ? now + interval_ : std::max(next_sweep_, now + pause);
  }

  bool is_settled() const override {
    return puts.queue.is_empty() && reads.queue.is_empty()
           && acks.queue.is_empty() && letters.queue.is_empty();
  }

  void on_end(clock::time_point) override {
    requests_.close();
    take_requests();
    for (auto* x : lines())
      x->caller.stop();
    context.counters.connected = false;
  }

  void publish_stats() override {
    // They are counted where any thread can see it.
  }

  // -- redis_caller -----------------------------------------------------------

  void on_up() override {
    context.counters.connected = true;
    go_on_soon();
  }

  void on_lost() override {
    context.counters.connected = false;
  }

  void compose(std::string&, std::size_t) override {
    // The lines do that.
  }

  std::size_t unanswered() const override {
    return 0;
  }

  std::string_view on_reply(resp_reply) override {
    return "an answer to no command";
  }

  void on_read_end() override {
    if (is_stopping())
      go_on_soon();
  }

  static constexpr std::chrono::milliseconds pause{50};

  const std::chrono::milliseconds patience_;
  const std::chrono::milliseconds interval_;
  handoff<std::vector<request>> requests_; // of any thread
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
