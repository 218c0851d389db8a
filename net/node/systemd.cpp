#include "atrium/net/node/systemd.hpp"

#include <chrono>
#include <string>
#include <systemd/sd-daemon.h>

namespace atrium::systemd {

void notify_ready() {
  ::sd_notify(0, "READY=1");
}

void notify_reloading() {
  // For `Type=notify-reload` sd_notify(3) wants the time of CLOCK_MONOTONIC,
  // which is the steady clock of libstdc++ on Linux: systemd tells one reload
  // from the next by it.
  auto now = std::chrono::duration_cast<std::chrono::microseconds>(
    std::chrono::steady_clock::now().time_since_epoch());
  auto text = "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count());
  ::sd_notify(0, text.c_str());
}

void notify_stopping() {
  ::sd_notify(0, "STOPPING=1");
}

bool watches() {
  // Asked once: the answer is in the environment and does not change.
  static const auto wanted = ::sd_watchdog_enabled(0, nullptr) > 0;
  return wanted;
}

void notify_alive() {
  ::sd_notify(0, "WATCHDOG=1");
}

} // namespace atrium::systemd
