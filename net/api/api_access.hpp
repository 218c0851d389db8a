#pragma once

#include "atrium/net/admission/api_traffic.hpp"
#include "atrium/net/api/api_keys.hpp"

#include <memory>

namespace atrium {

class bus;
class cluster;

/// What the routes of the API need; made once when the node starts.
struct api_access {
  std::shared_ptr<const api_keys> keys;
  std::shared_ptr<api_traffic> traffic;
  std::shared_ptr<const class cluster> cluster;
  std::shared_ptr<semaphore> places; ///< Connections beside those of operators.
  std::shared_ptr<bus> internal_bus
    = nullptr; ///< Of the internal listener's thread; null: the node's is used.
};

} // namespace atrium
