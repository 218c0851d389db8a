#pragma once

/// Tells systemd, where it has started the node and waits for it
/// (`Type=notify`, sd_notify(3)), how the node is. Elsewhere does nothing. Any
/// thread; does not block.
namespace atrium::systemd {

/// The node listens.
void notify_ready();

/// The node reads its files anew; `notify_ready` ends it.
void notify_reloading();

/// The node is on its way down.
void notify_stopping();

/// Returns whether systemd restarts a node that stops to say that it is alive
/// (`WatchdogSec`).
bool watches();

/// The node is alive (`WATCHDOG=1`).
void notify_alive();

} // namespace atrium::systemd
