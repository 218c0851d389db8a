#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <string>
#include <variant>
#include <vector>

namespace atrium::test {

/// An array as Redis would answer it, from numbers and texts.
class array_reply {
public:
  array_reply(std::initializer_list<std::variant<long long, std::string>> items) : items_(items) {
    nodes_.push_back({resp_type::array, static_cast<long long>(items_.size()), {}});
    for (auto& x : items_)
      if (auto text = std::get_if<std::string>(&x))
        nodes_.push_back({resp_type::string, 0, *text});
      else
        nodes_.push_back({resp_type::integer, std::get<long long>(x), {}});
  }

  array_reply(const array_reply&) = delete;
  array_reply& operator=(const array_reply&) = delete;

  operator resp_reply() const {
    return nodes_;
  }

private:
  std::vector<std::variant<long long, std::string>> items_;
  std::vector<resp_node> nodes_;
};

/// An error of Redis.
class error_reply {
public:
  explicit error_reply(std::string_view text) : node_{resp_type::error, 0, text} {
    // nop
  }

  operator resp_reply() const {
    return {&node_, 1};
  }

private:
  resp_node node_;
};

} // namespace atrium::test
