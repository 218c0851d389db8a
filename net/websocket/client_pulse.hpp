#pragma once

#include <chrono>
#include <cstdint>

namespace atrium {

/// Notices, from beat to beat, that a client has fallen silent or asks for
/// nothing any more. One thread.
class client_pulse {
public:
  /// Something has come from the client.
  void hear() {
    heard_ = true;
  }

  /// It was a request.
  void ask() {
    idle_beats_ = 0;
  }

  /// Called once a beat: returns whether nothing has come for two of them. Who
  /// is not listened to cannot be heard.
  bool is_silent(bool listening) {
    constexpr std::uint8_t beats_allowed = 2;
    silent_beats_ = heard_ || !listening ? 0 : silent_beats_ + 1;
    heard_ = false;
    return silent_beats_ >= beats_allowed;
  }

  /// Called once a beat while no request waits for its answer: returns whether
  /// there was none for `limit`, never too early, and at most a beat too late.
  /// No limit is 0.
  bool is_idle(std::chrono::seconds beat, std::chrono::seconds limit) {
    return limit.count() != 0 && beat * idle_beats_++ >= limit;
  }

private:
  bool heard_ = true; // since the last beat
  std::uint8_t silent_beats_ = 0;
  std::uint32_t idle_beats_ = 0; // since the last request
};

} // namespace atrium
