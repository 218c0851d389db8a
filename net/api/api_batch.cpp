#include "atrium/net/api/api_batch.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/api/api_method.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

namespace atrium {

namespace {

using writer = api_reply(const std::vector<std::string_view>& names,
                         const std::vector<api_reply>& replies);

// The bus keeps the order of what one thread publishes to one channel.
bool is_message(const api_command& x) {
  return std::holds_alternative<api_publish>(x)
         || std::holds_alternative<api_broadcast>(x)
         || std::holds_alternative<api_send>(x)
         || std::holds_alternative<api_broadcast_all>(x);
}

constexpr std::size_t most_questions = 16; // under way at once

/// Commands on their way, in groups that follow each other.
class procession : public std::enable_shared_from_this<procession> {
public:
  procession(api_runner by, api_batch what, writer* write, api_handler done)
    : by_(std::move(by)),
      what_(std::move(what)),
      replies_(what_.items.size()),
      write_(write),
      done_(std::move(done)) {
    for (auto& x : what_.items)
      names_.push_back(x.method ? x.method->name : std::string_view{});
  }

  void go_on() {
    while (next_ < what_.items.size()) {
      if (auto why = obstacle(); why.code != 0) {
        fail_rest(why);
        break;
      }
      auto first = std::exchange(next_, end_of_group(next_));
      left_ = next_ - first + 1; // and this loop itself
      for (auto i = first; i < next_; ++i)
        by_.run(std::move(what_.items[i]),
                [self = shared_from_this(), i](api_reply x) {
                  self->take(i, std::move(x));
                });
      if (--left_ != 0)
        return; // whoever comes last goes on
    }
    done_(write_(names_, replies_));
  }

private:
  std::size_t end_of_group(std::size_t from) const {
    auto& items = what_.items;
    // Each may bring as much as one answer may have.
    auto questions = what_.parallel ? most_questions : 0;
    auto end = from;
    while (end < items.size()
           && (is_message(items[end].what) || questions-- != 0))
      ++end;
    return end != from ? end : from + 1;
  }

  static api_error too_long() {
    return {api_error::limit_exceeded,
            "limit exceeded: the answer is longer than --api-max-bytes"};
  }

  // Why no further command begins; of code 0: one may.
  api_error obstacle() const {
    if (bytes_ > by_.most_bytes)
      return too_long();
    if (next_ != 0 && !by_.has_time())
      return {api_error::internal, "internal: not done, the batch takes too "
                                   "long"};
    return {};
  }

  void fail_rest(const api_error& why) {
    for (; next_ < replies_.size(); ++next_)
      replies_[next_].error = why;
  }

  void take(std::size_t i, api_reply x) {
    // Messages have no groups of a size: what rooms answer to them is bounded
    // here. The alternative stays when its content has been moved.
    if (bytes_.fetch_add(x.result.size()) > by_.most_bytes
        && is_message(what_.items[i].what))
      x = {too_long(), {}};
    replies_[i] = std::move(x);
    if (--left_ == 0)
      by_.later([self = shared_from_this()] { self->go_on(); });
  }

  api_runner by_;
  api_batch what_;
  std::vector<std::string_view> names_;
  std::vector<api_reply> replies_;
  writer* write_;
  api_handler done_;
  std::size_t next_ = 0;
  std::atomic<std::size_t> left_ = 0;  // of the group
  std::atomic<std::size_t> bytes_ = 0; // of results
};

// {"replies":[{"publish":{…}},{"error":{…}}]}
api_reply write_batch(const std::vector<std::string_view>& names,
                      const std::vector<api_reply>& replies) {
  std::string result;
  json_writer out{result};
  out.open_object().key("replies").open_array();
  for (std::size_t i = 0; i < replies.size(); ++i) {
    out.open_object();
    if (replies[i].error.code != 0)
      out.raw("error", to_json(replies[i].error));
    else
      out.any_key(names[i]).raw(replies[i].result);
    out.close_object();
  }
  out.close_array().close_object();
  return {{}, std::move(result), true};
}

// {"result":{…}} or {"error":{…}}
std::string answer_text(const api_reply& x) {
  if (x.error.code != 0)
    return R"({"error":)" + to_json(x.error) + '}';
  return x.is_whole ? x.result : R"({"result":)" + x.result + '}';
}

api_reply write_broadcast(const std::vector<std::string_view>&,
                          const std::vector<api_reply>& replies) {
  std::string result;
  json_writer out{result};
  out.open_object().key("responses").open_array();
  for (auto& x : replies)
    out.raw(answer_text(x));
  out.close_array().close_object();
  return {{}, std::move(result)};
}

api_reply write_lines(const std::vector<std::string_view>&,
                      const std::vector<api_reply>& replies) {
  std::string result;
  for (auto& x : replies) {
    auto line = answer_text(x);
    // Data of others may have line ends. In JSON they stand between tokens
    // only.
    std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    result.append(line).push_back('\n');
  }
  return {{}, std::move(result), true};
}

} // namespace

void run_batch(api_runner by, api_batch what, api_handler done) {
  auto* write = what.is_lines ? write_lines : write_batch;
  std::make_shared<procession>(std::move(by), std::move(what), write,
                               std::move(done))
    ->go_on();
}

void run_broadcast(api_runner by, api_batch what, api_handler done) {
  what.parallel = true;
  std::make_shared<procession>(std::move(by), std::move(what), write_broadcast,
                               std::move(done))
    ->go_on();
}

} // namespace atrium
