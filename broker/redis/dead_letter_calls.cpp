#include "atrium/broker/redis/dead_letter_calls.hpp"

#include "atrium/broker/inbox_id.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace atrium {

namespace {

// Reads a list of texts; the commands of the index answer with those.
std::optional<std::deque<std::string>> read_users(resp_reply reply) {
  std::deque<std::string> result;
  if (reply.empty() || reply[0].type != resp_type::array)
    return std::nullopt;
  for (auto& x : reply.subspan(1)) {
    if (x.type != resp_type::string)
      return std::nullopt;
    result.emplace_back(x.text);
  }
  return result;
}

// Of all users: asks for the names of some, then for the letters of each.
class list_call final : public script_call {
public:
  list_call(inbox_context& in, dead_letter_query what,
            std::function<void(dead_letter_page)> done)
    : in_(in), what_(std::move(what)), done_(std::move(done)) {
    bytes = what_.user.size() + what_.after.size();
    promise = what_.max_bytes;
    auto place = read_dead_letter_place(what_.after);
    if (!what_.user.empty())
      users_.push_back(what_.user);
    else if (place)
      users_.emplace_back(place->user);
    last_user_ = users_.empty() ? "" : users_.back();
    after_ = place ? place->id : "0-0";
  }

  std::size_t append(std::string& out, std::string_view sha) override {
    if (users_.empty()) {
      auto from = last_user_.empty() ? "-" : "(" + last_user_;
      append_command(out, {"ZRANGE", in_.dead_key, from, "+", "BYLEX", "LIMIT",
                           "0", std::to_string(users_at_once)});
    } else {
      append_inbox_list(out, in_.about(sha, in_.names.user(users_.front())),
                        after_, what_.limit - page_.letters.size(),
                        what_.max_bytes - taken_);
    }
    return 1;
  }

  step take(resp_reply reply) override {
    if (users_.empty())
      return take_users(reply);
    auto answer = read_inbox_letters(reply);
    if (!answer)
      return step::nonsense;
    add(answer->first);
    auto is_full = answer->second || taken_ >= what_.max_bytes
                   || page_.letters.size() >= what_.limit;
    users_.pop_front();
    after_ = "0-0";
    if (!page_.letters.empty() && is_full)
      return end(answer->second || what_.user.empty());
    if (users_.empty() && !what_.user.empty())
      return end(false);
    return step::goes_on;
  }

  void fail(errc why) override {
    ++in_.counters.failed;
    dead_letter_page page;
    page.error = why;
    done_(std::move(page));
  }

private:
  static constexpr std::size_t users_at_once = 16;

  step take_users(resp_reply reply) {
    auto users = read_users(reply);
    if (!users)
      return step::nonsense;
    users_ = std::move(*users);
    if (users_.empty())
      return end(false);
    last_user_ = users_.back();
    return step::goes_on;
  }

  void add(std::vector<dead_letter>& letters) {
    for (auto& x : letters) {
      x.user = users_.front();
      taken_ += x.packet->size();
      page_.letters.push_back(std::move(x));
    }
  }

  step end(bool has_more) {
    if (has_more && !page_.letters.empty()) {
      auto& last = page_.letters.back();
      page_.next = to_string(dead_letter_place{last.id, last.user});
    }
    ++in_.counters.reads;
    done_(std::move(page_));
    return step::over;
  }

  inbox_context& in_;
  const dead_letter_query what_;
  const std::function<void(dead_letter_page)> done_;
  std::deque<std::string> users_; // whose letters are to be read
  std::string last_user_;         // of those whose names were read
  std::string after_;             // in the letters of the first one
  std::size_t taken_ = 0;         // bytes
  dead_letter_page page_;
};

// Replays or purges. A step whose answer was lost is not repeated: it would
// count less than it has done.
class outcome_call final : public script_call {
public:
  outcome_call(inbox_context& in, bool is_replay, std::string user,
               std::string id, std::function<void(dead_letter_outcome)> done)
    : in_(in),
      is_replay_(is_replay),
      user_(std::move(user)),
      id_(std::move(id)),
      done_(std::move(done)) {
    bytes = user_.size() + id_.size();
    may_repeat = false;
  }

  // The next sweep sees what is left, and when that ends.
  std::size_t append(std::string& out, std::string_view sha) override {
    append_command(
      out, {"ZADD", in_.due_key, "LT", std::to_string(inbox_time()), user_});
    auto channel = in_.names.user(user_);
    auto call = in_.about(sha, channel);
    if (is_replay_)
      append_inbox_replay(out, call, id_);
    else
      append_inbox_purge(out, call, id_);
    return 2;
  }

  step take(resp_reply reply) override {
    if (reply.size() != (is_replay_ ? 4 : 1))
      return step::nonsense;
    auto& count = is_replay_ ? reply[1] : reply[0];
    if (count.type != resp_type::integer || count.value < 0)
      return step::nonsense;
    auto done = static_cast<std::size_t>(count.value);
    result_.letters += done;
    if (is_replay_) {
      in_.counters.stored += done;
      if (reply[2].value == 1)
        return step::goes_on;
      result_.stayed = static_cast<std::size_t>(reply[3].value);
    }
    done_(result_);
    return step::over;
  }

  void miss() override {
    in_.miss(user_);
  }

  void fail(errc why) override {
    ++in_.counters.failed;
    result_.error = why;
    done_(result_);
  }

private:
  inbox_context& in_;
  const bool is_replay_;
  const std::string user_;
  const std::string id_;
  const std::function<void(dead_letter_outcome)> done_;
  dead_letter_outcome result_;
};

class note_call final : public script_call {
public:
  note_call(inbox_context& in, std::string user)
    : in_(in), user_(std::move(user)) {
    // nop
  }

  std::size_t append(std::string& out, std::string_view) override {
    append_command(out, {"ZADD", in_.dead_key, "0", user_});
    return 1;
  }

  step take(resp_reply) override {
    return step::over;
  }

  void fail(errc) override {
    // The next sweep of the user does it.
  }

private:
  inbox_context& in_;
  const std::string user_;
};

} // namespace

std::unique_ptr<script_call>
make_letter_list(inbox_context& in, dead_letter_query what,
                 std::function<void(dead_letter_page)> done) {
  return std::make_unique<list_call>(in, std::move(what), std::move(done));
}

std::unique_ptr<script_call>
make_letter_replay(inbox_context& in, std::string user, std::string id,
                   std::function<void(dead_letter_outcome)> done) {
  return std::make_unique<outcome_call>(in, true, std::move(user),
                                        std::move(id), std::move(done));
}

std::unique_ptr<script_call>
make_letter_purge(inbox_context& in, std::string user, std::string id,
                  std::function<void(dead_letter_outcome)> done) {
  return std::make_unique<outcome_call>(in, false, std::move(user),
                                        std::move(id), std::move(done));
}

std::unique_ptr<script_call> make_letter_note(inbox_context& in,
                                              std::string user) {
  return std::make_unique<note_call>(in, std::move(user));
}

} // namespace atrium
