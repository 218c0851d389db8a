#include "atrium/actors/room_logic.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <stdexcept>

namespace atrium {

decision decision::refuse(std::string_view reason) {
  constexpr std::size_t most = 1'024;
  decision result;
  result.refusal_ = make_utf8(reason, most);
  return result;
}

decision decision::handled(std::string answer) {
  decision result;
  result.answer_ = std::move(answer);
  return result;
}

decision decision::later(std::chrono::milliseconds patience) {
  decision result;
  result.patience_ = patience;
  return result;
}

decision room_logic::on_join(const member&) {
  return decision::accept();
}

decision room_logic::on_message(const member&, room_message&) {
  return decision::accept();
}

void room_logic::on_leave(const member&) {
  // nop
}

void room_logic::on_timer(const std::string&) {
  // nop
}

void room_logic::on_tick() {
  // nop
}

std::chrono::milliseconds room_logic::tick_interval() const {
  return std::chrono::milliseconds::zero();
}

std::chrono::milliseconds room_logic::linger() const {
  return std::chrono::milliseconds::zero();
}

std::chrono::milliseconds room_logic::snapshot_interval() const {
  return std::chrono::milliseconds::zero();
}

std::chrono::seconds room_logic::snapshot_lifetime() const {
  return std::chrono::hours{24};
}

void room_logic::every(std::string timer, std::chrono::milliseconds interval) {
  if (interval.count() <= 0)
    throw std::invalid_argument{"a timer needs an interval"};
  room().set_timer(std::move(timer), interval, interval);
}

room_context& room_logic::room() const {
  if (context_ == nullptr)
    throw std::logic_error{"the room is there for hooks only"};
  return *context_;
}

} // namespace atrium
