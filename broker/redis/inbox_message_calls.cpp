#include "atrium/broker/redis/inbox_message_calls.hpp"

#include "atrium/broker/inbox_id.hpp"

#include <utility>

namespace atrium {

namespace {

class put_call final : public script_call {
public:
  put_call(inbox_context& in, std::string user, inbox_entry what,
           std::function<void(inbox_receipt)> done)
    : in_(in),
      user_(std::move(user)),
      channel_(in.names.user(user_)),
      what_(std::move(what)),
      done_(std::move(done)) {
    bytes = what_.packet->size() + user_.size() + channel_.size();
  }

  // An entry of the index stays as it is, unless it is later.
  std::size_t append(std::string& out, std::string_view sha) override {
    using std::chrono::milliseconds;
    auto end = inbox_time() + milliseconds{in_.rule->ttl}.count();
    append_command(out,
                   {"ZADD", in_.due_key, "LT", std::to_string(end), user_});
    append_inbox_put(out, in_.about(sha, channel_), what_);
    return 2;
  }

  step take(resp_reply reply) override {
    auto answer = read_inbox_put(reply);
    if (!answer)
      return step::nonsense;
    ++(answer->is_known ? in_.counters.duplicates : in_.counters.stored);
    if (!answer->letters.empty()) {
      in_.has_letters(user_);
      in_.tell(user_, answer->letters, answer->evicted);
    }
    done_({errc::none, std::move(answer->id)});
    return step::over;
  }

  void miss() override {
    in_.miss(user_);
  }

  void fail(errc why) override {
    ++in_.counters.failed;
    done_({why});
  }

private:
  inbox_context& in_;
  const std::string user_;
  const std::string channel_;
  const inbox_entry what_;
  const std::function<void(inbox_receipt)> done_;
};

class read_call final : public script_call {
public:
  read_call(inbox_context& in, inbox_query what,
            std::function<void(inbox_page)> done)
    : in_(in), what_(std::move(what)), done_(std::move(done)) {
    bytes = what_.user.size() + what_.device.size() + what_.after.size();
    promise = what_.max_bytes;
  }

  std::size_t append(std::string& out, std::string_view sha) override {
    append_inbox_read(out, in_.about(sha, in_.names.user(what_.user)), what_);
    return 1;
  }

  step take(resp_reply reply) override {
    auto page = read_inbox_page(reply);
    if (!page)
      return step::nonsense;
    ++in_.counters.reads;
    in_.counters.read += page->messages.size();
    done_(std::move(*page));
    return step::over;
  }

  void fail(errc why) override {
    ++in_.counters.failed;
    inbox_page page;
    page.error = why;
    done_(std::move(page));
  }

private:
  inbox_context& in_;
  const inbox_query what_;
  const std::function<void(inbox_page)> done_;
};

class acknowledge_call final : public script_call {
public:
  acknowledge_call(inbox_context& in, std::string user, std::string device,
                   std::string id, std::function<void(errc)> done)
    : in_(in),
      user_(std::move(user)),
      device_(std::move(device)),
      id_(std::move(id)),
      done_(std::move(done)) {
    bytes = user_.size() + device_.size() + id_.size();
  }

  std::size_t append(std::string& out, std::string_view sha) override {
    append_inbox_ack(out, in_.about(sha, in_.names.user(user_)), device_, id_);
    return 1;
  }

  step take(resp_reply reply) override {
    if (reply.size() != 1 || reply[0].type != resp_type::integer)
      return step::nonsense;
    ++in_.counters.acknowledged;
    done_(errc::none);
    return step::over;
  }

  void fail(errc why) override {
    ++in_.counters.failed;
    done_(why);
  }

private:
  inbox_context& in_;
  const std::string user_;
  const std::string device_;
  const std::string id_;
  const std::function<void(errc)> done_;
};

} // namespace

std::unique_ptr<script_call>
make_inbox_put(inbox_context& in, std::string user, inbox_entry what,
               std::function<void(inbox_receipt)> done) {
  return std::make_unique<put_call>(in, std::move(user), std::move(what),
                                    std::move(done));
}

std::unique_ptr<script_call>
make_inbox_read(inbox_context& in, inbox_query what,
                std::function<void(inbox_page)> done) {
  return std::make_unique<read_call>(in, std::move(what), std::move(done));
}

std::unique_ptr<script_call>
make_inbox_acknowledge(inbox_context& in, std::string user, std::string device,
                       std::string id, std::function<void(errc)> done) {
  return std::make_unique<acknowledge_call>(
    in, std::move(user), std::move(device), std::move(id), std::move(done));
}

} // namespace atrium
