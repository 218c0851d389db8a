#pragma once

#include "atrium/broker/redis/cluster/cluster_command.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace atrium {

/// Which of its callers' scripts one server has. Pure state.
class lane_scripts {
public:
  enum class state : std::uint8_t { due, loading, ready, refused };

  using record_ptr = std::shared_ptr<caller_record>;

  /// The server is to have the script of this caller, if it has one.
  void add(const record_ptr& whose);

  void remove(const caller_record& whose);

  /// A server that comes up has none.
  void on_up();

  /// An operator may have granted meanwhile what was missing.
  void on_proven();

  /// Returns whose script is to be loaded next, from now on being loaded; null:
  /// none is.
  record_ptr load_next();

  /// Takes the answer to that. Returns whether the server has the script now.
  bool on_loaded(const caller_record& whose, resp_reply reply);

  /// A command was answered with NOSCRIPT. Returns whether it makes sense to
  /// send it again: the script is loaded before.
  bool on_missing(const caller_record& whose);

  /// Returns why the server does not take the script, if it does not.
  std::string_view refusal(const caller_record& whose) const;

  /// Returns whether a script is to be loaded.
  bool is_due() const noexcept {
    return due_ > 0;
  }

  /// Returns whether some are, or are being loaded. Until that is over a
  /// command may be refused for want of one, and the next one may not.
  bool is_pending() const noexcept {
    return due_ + loading_ > 0;
  }

  bool has(const caller_record& whose) const;

private:
  struct script {
    record_ptr whose;
    state is = state::due;
    std::string refusal; // empty: the server was not ready
  };

  void count();

  std::map<const caller_record*, script> scripts_;
  std::size_t due_ = 0;
  std::size_t loading_ = 0;
};

} // namespace atrium
