#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/net/monitoring/metrics/node_metrics.hpp"
#include "atrium/net/monitoring/node_life.hpp"
#include "atrium/net/monitoring/node_reporter.hpp"

#include <memory>
#include <string>

namespace atrium {

/// What a node says of itself to whoever looks into it. Any thread.
class node_status {
public:
  node_status(environment_ptr env, std::shared_ptr<node_reporter> reporter,
              std::shared_ptr<const node_metrics> metrics,
              std::shared_ptr<const node_life> life, std::string bus_kind);

  /// Returns the text of a JSON object.
  std::string to_json() const;

private:
  environment_ptr env_;
  std::shared_ptr<node_reporter> reporter_;
  std::shared_ptr<const node_metrics> metrics_;
  std::shared_ptr<const node_life> life_;
  std::string bus_kind_;
};

} // namespace atrium
