#include "atrium/broker/redis/inbox_sweep.hpp"

#include <deque>
#include <utility>

namespace atrium {

namespace {

//   names ──▶ look ──▶ (look again) ──▶ write ──▶ look at the next user
//
// A user with nothing left, or without dead letters, goes from that index and
// is looked at once more: something may have come in between.
class sweep_call final : public script_call {
public:
  sweep_call(inbox_context& in, std::function<void(bool)> done)
    : in_(in), done_(std::move(done)) {
    // nop
  }

  std::size_t append(std::string& out, std::string_view sha) override {
    switch (at_) {
    case stage::names:
      append_command(out, {"ZRANGE", in_.due_key, "-inf",
                           std::to_string(inbox_time()), "BYSCORE", "LIMIT",
                           "0", std::to_string(users_at_once)});
      return 1;
    case stage::look:
      append_command(out, {"ZADD", in_.due_key, "XX",
                           std::to_string(inbox_time() + claim), user()});
      return 1 + look(out, sha);
    case stage::look_again:
      return forget(out) + look(out, sha);
    case stage::write:
      return write(out);
    }
    return 0;
  }

  step take(resp_reply reply) override {
    if (at_ == stage::names)
      return take_names(reply);
    if (at_ == stage::write)
      return go_on();
    auto found = read_inbox_sweep(reply);
    if (!found)
      return step::nonsense;
    in_.tell(user(), found->found, found->evicted);
    found->found.clear();
    found_ = std::move(*found);
    auto is_empty = found_.next == 0;
    auto has_letters = found_.letters != 0;
    if (at_ == stage::look && (is_empty || !has_letters))
      at_ = stage::look_again;
    else if (is_empty && !has_letters)
      return go_on();
    else
      at_ = stage::write;
    return step::goes_on;
  }

  // Others, or this node a while later, do the rest.
  void fail(errc) override {
    done_(false);
  }

private:
  enum class stage { names, look, look_again, write };

  static constexpr std::size_t users_at_once = 100;
  static constexpr std::int64_t claim = 60'000; // ms

  const std::string& user() const {
    return users_.front();
  }

  std::size_t look(std::string& out, std::string_view sha) const {
    append_inbox_sweep(out, {sha, in_.names.user(user()), *in_.rule});
    return 1;
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
