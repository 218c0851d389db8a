#pragma once

#include "atrium/actors/client_session.hpp"
#include "atrium/actors/room_logic.hpp"

#include <memory>

namespace atrium {

/// Puts itself between the actors and the session of a user who is watched, and
/// tells the log what goes there. Others have their session as it is, so they
/// pay nothing.
class watched_session final : public client_session {
public:
  watched_session(std::shared_ptr<client_session> below, member who)
    : below_(std::move(below)), who_(std::move(who)) {
    // nop
  }

  std::size_t append(delivery& x) override;
  void open(const welcome& hello) override;
  void answer(const reply& x) override;
  void push(const reply& x) override;
  void last_until(unix_time end) override;
  void close(close_code code, std::string_view reason,
             std::chrono::milliseconds after) override;
  void find_out(probe_ptr question) override;
  std::size_t queued_bytes() const override;
  std::string peer() const override;

private:
  std::shared_ptr<client_session> below_;
  member who_;
};

} // namespace atrium
