#pragma once

/// Tells systemd, where it has started the node and waits for it
/// (`Type=notify`, sd_notify(3)), how the node is. Elsewhere does nothing. Any
/// thread; does not block.
namespace atrium::service_manager {

/// The node listens.
void say_ready();

/// The node reads its files anew; `say_ready` ends it.
void say_reloading();

/// The node is on its way down.
void say_stopping();

/// Returns whether the service is restarted without signs of life
/// (`WatchdogSec`).
bool wants_signs_of_life();

void give_sign_of_life();

} // namespace atrium::service_manager
