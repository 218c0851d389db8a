#include "atrium/broker/redis/inbox_sweep.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

namespace {

//   (mend) ──▶ names ──▶ look ──▶ (forget ──▶ look again) ──▶ write
//                          ▲─────────── at the next user ───────┘
//
// Mended is what put a message while the index could not be reached.
// A user with nothing left, or without dead letters, goes from that index and
// is looked at once more: something may have come in between. That is a step of
// its own, for the index may be on another server than the user.
class sweep_call final : public script_call {
public:
  sweep_call(inbox_context& in, std::function<void(bool)> done)
    : in_(in), done_(std::move(done)) {
    auto missed = std::min(in.missed.size(), users_at_once);
    auto first = in.missed.begin();
    missed_.assign(first, std::next(first, static_cast<int>(missed)));
    at_ = missed_.empty() ? stage::names : stage::mend;
  }

  std::size_t append(std::string& out, std::string_view sha) override {
    switch (at_) {
    case stage::mend:
      return mend(out);
    case stage::names:
      append_command(out, {"ZRANGE", in_.due_key, "-inf",
                           std::to_string(inbox_time()), "BYSCORE", "LIMIT",
                           "0", std::to_string(users_at_once)});
      return 1;
    case stage::look:
      append_command(out, {"ZADD", in_.due_key, "XX",
                           std::to_string(inbox_time() + claim), user()});
      return 1 + look(out, sha);
    case stage::forget:
      return forget(out);
    case stage::look_again:
      return look(out, sha);
    case stage::write:
      return write(out);
    }
    return 0;
  }

  step take(resp_reply reply) override {
    if (at_ == stage::mend)
      return end_mending();
    if (at_ == stage::names)
      return take_names(reply);
    if (at_ == stage::write)
      return go_on();
    if (at_ == stage::forget) {
      at_ = stage::look_again;
      return step::goes_on;
    }
    auto found = read_inbox_sweep(reply);
    if (!found)
      return step::nonsense;
    in_.tell(user(), found->found, found->evicted);
    found->found.clear();
    found_ = std::move(*found);
    auto is_empty = found_.next == 0;
    auto has_letters = found_.letters != 0;
    if (at_ == stage::look && (is_empty || !has_letters))
      at_ = stage::forget;
    else if (is_empty && !has_letters)
      return go_on();
    else
      at_ = stage::write;
    return step::goes_on;
  }

  // Of one user: the others are elsewhere. Without the index nobody is found.
  step pass_over() override {
    auto is_user = at_ == stage::look || at_ == stage::look_again;
    return is_user ? go_on() : step::nonsense;
  }

  // Others, or this node a while later, do the rest.
  void fail(errc) override {
    done_(false);
  }

private:
  enum class stage { mend, names, look, forget, look_again, write };

  static constexpr std::size_t users_at_once = 100;
  static constexpr std::int64_t claim = 60'000; // ms

  const std::string& user() const {
    return users_.front();
  }

  std::size_t look(std::string& out, std::string_view sha) const {
    append_inbox_sweep(out, in_.about(sha, in_.names.user(user())));
    return 1;
  }

  // When these have come is not known any more.
  std::size_t mend(std::string& out) const {
    using std::chrono::milliseconds;
    auto end
      = std::to_string(inbox_time() + milliseconds{in_.rule->ttl}.count());
    append_command_head(out, 3 + 2 * missed_.size());
    append_argument(out, "ZADD");
    append_argument(out, in_.due_key);
    append_argument(out, "LT");
    for (auto& user : missed_) {
      append_argument(out, end);
      append_argument(out, user);
    }
    return 1;
  }

  step end_mending() {
    for (auto& user : missed_)
      in_.missed.erase(user);
    at_ = stage::names;
    return step::goes_on;
  }

  std::size_t forget(std::string& out) const {
    std::size_t result = 0;
    if (found_.next == 0) {
      append_command(out, {"ZREM", in_.due_key, user()});
      ++result;
    }
    if (found_.letters == 0) {
      append_command(out, {"ZREM", in_.dead_key, user()});
      ++result;
    }
    return result;
  }

  std::size_t write(std::string& out) const {
    std::size_t result = 0;
    if (found_.next != 0) {
      append_command(
        out, {"ZADD", in_.due_key, std::to_string(found_.next), user()});
      ++result;
    }
    if (found_.letters != 0) {
      append_command(out, {"ZADD", in_.dead_key, "0", user()});
      ++result;
    }
    return result;
  }

  step take_names(resp_reply reply) {
    if (reply.empty() || reply[0].type != resp_type::array)
      return step::nonsense;
    for (auto& x : reply.subspan(1))
      users_.emplace_back(x.text);
    has_more_ = users_.size() == users_at_once;
    at_ = stage::look;
    if (!users_.empty())
      return step::goes_on;
    done_(false);
    return step::over;
  }

  step go_on() {
    users_.pop_front();
    at_ = stage::look;
    if (!users_.empty())
      return step::goes_on;
    done_(has_more_);
    return step::over;
  }

  inbox_context& in_;
  const std::function<void(bool)> done_;
  std::vector<std::string> missed_; // by the index
  stage at_ = stage::names;
  std::deque<std::string> users_; // who are due
  bool has_more_ = false;
  inbox_sweep_answer found_; // of the first one
};

} // namespace

std::unique_ptr<script_call> make_inbox_sweep(inbox_context& in,
                                              std::function<void(bool)> done) {
  return std::make_unique<sweep_call>(in, std::move(done));
}

} // namespace atrium
