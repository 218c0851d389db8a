#pragma once

#include "atrium/broker/redis/resp.hpp"

namespace atrium {

/// What an error says of a command that had no effect because of where it was
/// sent, or when: it can be sent again.
struct bounce {
  bool is_misplaced = false; ///< The map of slots may be wrong.
  bool is_unready = false;   ///< The server serves nobody for the moment.
  bool is_passing = false;   ///< It may be served later; all bounces are.
};

/// Returns what `reply` says; nothing: the command was served, or refused.
/// NOSCRIPT is none of these.
inline bounce bounce_of(resp_reply reply) noexcept {
  bounce result;
  if (!is_error(reply))
    return result;
  auto says = [text = reply.front().text](std::string_view code) {
    return text.starts_with(code);
  };
  result.is_unready = says("LOADING ") || says("BUSY ") || says("MASTERDOWN ");
  result.is_misplaced = says("MOVED ") || says("CLUSTERDOWN ")
                        || says("MASTERDOWN ") || says("READONLY ");
  result.is_passing = result.is_unready || result.is_misplaced || says("ASK ")
                      || says("TRYAGAIN ");
  return result;
}

} // namespace atrium
