#pragma once

#include <chrono>
#include <string>

namespace atrium {

/// How leases of nodes last.
struct lease_timing {
  /// Who has not renewed its lease for so long is dead.
  std::chrono::milliseconds lease{15'000};

  /// What is left of the lease when a node stops: its users may come back on
  /// another node meanwhile.
  std::chrono::milliseconds grace{5'000};

  /// For so long it is told which runs are dead.
  std::chrono::milliseconds told{60'000};
};

} // namespace atrium
