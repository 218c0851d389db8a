#pragma once

#include "atrium/actors/util/probe.hpp"

#include <chrono>
#include <cstdint>
#include <utility>
#include <vector>

namespace atrium {

/// Notices, from interval to interval, that a client has fallen silent or asks
/// for nothing any more, and tells whoever wants to know whether it is there.
/// One thread.
class client_activity {
public:
  /// Something has come from the client: it is there.
  void hear() {
    heard_ = true;
    doubt_ = 0;
    if (!questions_.empty())
      answer(true);
  }

  /// It was a request.
  void ask() {
    idle_intervals_ = 0;
  }

  /// Called once an interval: returns whether nothing has come for two of them.
  /// Who is not listened to cannot be heard.
  bool is_silent(bool listening) {
    constexpr std::uint8_t intervals_allowed = 2;
    silent_intervals_ = heard_ || !listening ? 0 : silent_intervals_ + 1;
    heard_ = false;
    return silent_intervals_ >= intervals_allowed;
  }

  /// Called once an interval while no request waits for its answer: returns
  /// whether there was none for `limit`, never too early, and at most an
  /// interval too late. No limit is 0.
  bool is_idle(std::chrono::seconds interval, std::chrono::seconds limit) {
    return limit.count() != 0 && interval * idle_intervals_++ >= limit;
  }

  /// Somebody asks whether the client is there: answered when something comes,
  /// or by `end`. False if too many ask already.
  bool ask_for_it(probe_ptr question) {
    constexpr std::size_t most = 16; // at a time
    if (questions_.size() >= most)
      return false;
    questions_.push_back(std::move(question));
    return true;
  }

  /// The client is gone, whoever asks.
  void end() {
    answer(false);
  }

  /// Its place is wanted: it has `seconds` from now, or from an earlier doubt,
  /// to be heard.
  void doubt(std::uint8_t seconds) {
    if (doubt_ == 0)
      doubt_ = seconds;
  }

  /// Called once a second: returns whether the time that a doubt has left is
  /// over, once.
  bool settle_doubt() {
    return doubt_ != 0 && --doubt_ == 0;
  }

private:
  void answer(bool alive) {
    for (auto& x : std::exchange(questions_, {}))
      x->answer(alive);
  }

  bool heard_ = true; // since the last interval began
  std::uint8_t silent_intervals_ = 0;
  std::uint8_t doubt_ = 0;           // seconds until it is settled; 0: none
  std::uint32_t idle_intervals_ = 0; // since the last request
  std::vector<probe_ptr> questions_;
};

} // namespace atrium
