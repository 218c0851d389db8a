#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// A reply that stays, or why there is none.
class redis_answer {
public:
  explicit redis_answer(resp_reply from) : nodes_(from.begin(), from.end()) {
    for (auto& x : nodes_)
      bytes_.insert(bytes_.end(), x.text.begin(), x.text.end());
    // Only now the bytes stay where they are.
    std::size_t at = 0;
    for (auto& x : nodes_) {
      x.text = {bytes_.data() + at, x.text.size()};
      at += x.text.size();
    }
  }

  explicit redis_answer(std::string failure)
    : nodes_{{resp_type::error, 0, {}}}, failure_(std::move(failure)) {
    // nop
  }

  redis_answer(redis_answer&&) noexcept = default;
  redis_answer& operator=(redis_answer&&) noexcept = default;

  /// Returns what the server has said; an error without a text if nothing.
  resp_reply reply() const noexcept {
    return nodes_;
  }

  /// Returns why nothing has arrived, as a sentence; empty: something has.
  const std::string& failure() const noexcept {
    return failure_;
  }

private:
  std::vector<resp_node> nodes_;
  std::vector<char> bytes_; // of all texts; it moves without them
  std::string failure_;
};

} // namespace atrium
