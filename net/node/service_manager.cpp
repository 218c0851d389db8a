#include "atrium/net/node/service_manager.hpp"

#include <chrono>
#include <string>
#include <systemd/sd-daemon.h>

namespace atrium::service_manager {

void say_ready() {
  ::sd_notify(0, "READY=1");
}

void say_reloading() {
  auto now = std::chrono::duration_cast<std::chrono::microseconds>(
    std::chrono::steady_clock::now().time_since_epoch());
  auto text = "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count());
  ::sd_notify(0, text.c_str());
}

void say_stopping() {
  ::sd_notify(0, "STOPPING=1");
}

bool wants_signs_of_life() {
  static const auto wanted = ::sd_watchdog_enabled(0, nullptr) > 0;
  return wanted;
}

void give_sign_of_life() {
  ::sd_notify(0, "WATCHDOG=1");
}

} // namespace atrium::service_manager
