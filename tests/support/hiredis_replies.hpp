#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <hiredis/read.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::test {

/// Replies as text, and whether the bytes behind them are no RESP2.
struct shown_replies {
  std::vector<std::string> replies;
  bool broken = false;

  bool operator==(const shown_replies&) const = default;
};

/// The type of a value in a text that `show` or hiredis' callbacks make.
inline char sign_of(int hiredis_type) {
  return static_cast<char>('a' + hiredis_type);
}

inline std::string show(resp_reply reply) {
  // In the order of `resp_type`.
  constexpr int types[] = {REDIS_REPLY_STRING, REDIS_REPLY_ARRAY,  REDIS_REPLY_INTEGER,
                           REDIS_REPLY_NIL,    REDIS_REPLY_STATUS, REDIS_REPLY_ERROR};
  std::string out;
  for (auto& x : reply) {
    out += sign_of(types[static_cast<std::size_t>(x.type)]);
    out += std::to_string(x.value) + ' ' + std::to_string(x.text.size()) + '=';
    out.append(x.text) += ' ';
  }
  return out;
}

/// Reads `bytes` with hiredis alone, in one piece.
inline shown_replies by_hiredis(std::string_view bytes) {
  static auto add
    = [](const redisReadTask* task, int type, long long value, std::string_view text) -> void* {
    auto& out = *static_cast<std::string*>(task->privdata);
    out += sign_of(type);
    out += std::to_string(value) + ' ' + std::to_string(text.size()) + '=';
    out.append(text) += ' ';
    return task->privdata; // nothing has to be freed
  };
  static redisReplyObjectFunctions callbacks
    = {[](const redisReadTask* x, char* text, std::size_t size) {
         return add(x, x->type, 0, {text, size});
       },
       [](const redisReadTask* x, int items) { return add(x, x->type, items, {}); },
       [](const redisReadTask* x, long long value) { return add(x, x->type, value, {}); },
       [](const redisReadTask* x) { return add(x, REDIS_REPLY_NIL, 0, {}); }, [](void*) {}};
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader{
    redisReaderCreateWithFunctions(&callbacks), redisReaderFree};
  std::string reply;
  reader->privdata = &reply;
  redisReaderFeed(reader.get(), bytes.data(), bytes.size());
  for (shown_replies out;; reply.clear()) {
    void* done = nullptr;
    out.broken = redisReaderGetReply(reader.get(), &done) != REDIS_OK;
    if (out.broken || done == nullptr)
      return out;
    out.replies.push_back(reply);
  }
}

} // namespace atrium::test
