#pragma once

#include "atrium/net/cli/bench/crowd.hpp"

namespace atrium::bench {

/// The scenario `idle`: what connections cost that do nothing.
class idle : public crowd {
public:
  using crowd::crowd;

  /// Adds the figures. Returns what went wrong before, or nothing.
  std::string run(report& out);

protected:
  std::string progress() override;
};

} // namespace atrium::bench
