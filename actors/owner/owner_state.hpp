#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/actors/json_inspector.hpp"
#include "atrium/actors/owner/owner_members.hpp"
#include "atrium/actors/owner/recent_events.hpp"
#include "atrium/actors/owner/request_windows.hpp"
#include "atrium/actors/owner/saved_logic.hpp"
#include "atrium/actors/owner/word_draft.hpp"
#include "atrium/actors/owner_interface.hpp"
#include "atrium/actors/owner_messages.hpp"
#include "atrium/actors/room/logic_context.hpp"
#include "atrium/actors/room/logic_runner.hpp"
#include "atrium/actors/room/message_review.hpp"
#include "atrium/actors/room/room_answers.hpp"
#include "atrium/actors/room/room_voice.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// The state of the owner of a room: the logic, for the rooms of that name on
/// all nodes, which ask by `room_request`.
///
///   finding ──this node──▶ opening ──passed──▶ open ──hand over──▶ ending
///      ▲                      │ fenced           │ fenced, unknown    │
///      └───────release────────┘                  └──────▶ ended ◀─────┘
///
/// Whatever it says goes out as words that count only as long as nobody else
/// has opened the room (`room_owners`). An owner whose word does not count, or
/// may not, is none any more: it ends, and the next one begins with the state
/// that was saved with the last word that did.
class owner_state : private room_voice {
  using time_point = caf::actor_clock::time_point;

public:
  static inline constexpr auto name = "owner";

  explicit owner_state(owner_actor::pointer self) : self_(self) {
    // nop
  }
  void start(environment_ptr env, std::string room, owner_table_actor table);

  void take(owner_request& x);
  // What it hears of its ownership, and of its words.
  void take(const owner_found& x);
  void take(const owner_opened& x);
  void take(const word_said& x);
  void take(const owner_released&);
  void take(const runs_lost& x);
  void take(const hand_over& x);
  void take(const owner_due&);
  void tick();

  /// What the logic has begun is due, or has something to say.
  template <class What>
  void heed(const What& x) {
    if (phase_ != phase::open)
      return; // what follows is up to the next owner
    context_.take(x);
    speak();
  }

  friend caf::error inspect(json_inspector& f, owner_state& x);

private:
  enum class phase : std::uint8_t { finding, opening, open, ending, ended };

  bool is_speaking() const {
    return phase_ == phase::open || phase_ == phase::ending;
  }

  void find();
  void restore(const std::vector<room_field>& state);
  void start_logic();
  void speak(bool is_final = false);
  void give_up(const char* why);
  void end_if_done();
  void release();
  void end();

  // -- clocks (owner_clocks.cpp) --
  void check_later(std::chrono::seconds pause);
  void drop_missing();
  void wake_by(time_point due);
  void schedule_tick();
  void offer_to_end();

  // -- requests (owner_requests.cpp) --
  void pump();
  void apply(owner_request& x);
  void take_next(const request_mark& mark, room_request& x);
  void join(const request_mark& mark, room_request& x);
  void leave(const std::string& connection);
  void publish(const request_mark& mark, room_request& x);
  void put_off(const request_mark& mark, room_message& x,
               message_verdict verdict);
  bool say(envelope e, bool skip_sender, const request_mark& answers);
  void answer(const request_mark& mark, errc code, std::string why);
  void answer(room_note x);
  void repeat(const request_mark& mark);
  void lose_run(const std::string& run);
  void drop_run(const std::string& run);
  void failed(bool give_up);

  // -- what the logic says --
  std::vector<member> members() const override {
    return members_.list();
  }

  void publish(std::string data) override;
  void publish_after(std::string data) override;
  void tell(const member& who, std::string data) override;

  owner_actor::pointer self_;
  environment_ptr env_;
  std::string name_;
  owner_table_actor table_;
  history_rule history_;
  phase phase_ = phase::finding;
  std::uint64_t token_ = 0;
  std::size_t tries_ = 0;     // to open
  bool forgets_ = false;      // the state, as soon as it may
  bool is_used_ = false;      // there is a state, or a reason for one
  std::uint64_t number_ = 0;  // of the last word
  std::size_t under_way_ = 0; // words
  std::size_t received_ = 0;  // requests, as the table counts them
  std::deque<owner_request> queue_;
  word_draft draft_;
  owner_members members_;
  request_windows windows_;
  recent_events events_;
  std::string joining_;         // the connection that the logic is asked about
  std::vector<room_note> told_; // for that one
  logic_runner logic_;
  room_answers answers_;
  message_review review_{logic_, answers_};
  logic_context context_{logic_, *this, answers_};
  saved_logic saved_{logic_, context_};
  std::optional<time_point> empty_since_;
  std::chrono::seconds lifetime_{std::chrono::hours{24}}; // of the state
  std::optional<time_point> renew_at_;                    // the state
  std::optional<time_point> check_at_, wakes_at_; // which nodes are there
};

} // namespace atrium
