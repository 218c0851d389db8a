#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <string>
#include <vector>

namespace atrium {

/// A reply that lasts longer than the callback that received it.
class kept_reply {
public:
  explicit kept_reply(resp_reply reply) : nodes_(reply.begin(), reply.end()) {
    for (auto& x : nodes_)
      texts_.append(x.text);
    std::string_view rest = texts_;
    for (auto& x : nodes_) {
      auto size = x.text.size();
      x.text = rest.substr(0, size);
      rest.remove_prefix(size);
    }
  }

  kept_reply(const kept_reply&) = delete;
  kept_reply& operator=(const kept_reply&) = delete;

  resp_reply get() const noexcept {
    return nodes_;
  }

private:
  std::vector<resp_node> nodes_;
  std::string texts_;
};

} // namespace atrium
