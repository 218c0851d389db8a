#pragma once

#include "atrium/broker/redis/redis_bus.hpp"
#include "atrium/broker/redis/redis_connection_limiter.hpp"
#include "atrium/broker/redis/redis_node_registry.hpp"
#include "atrium/broker/redis/redis_thread.hpp"

#include <utility>

namespace atrium::test {

/// A base class, since it has to be there before the part and go after it.
struct own_redis {
  explicit own_redis(redis_client_config config) : thread(std::move(config)) {
    // nop
  }

  redis_thread thread;
};

/// What a client and a part of a node on it have to know.
template <class Part>
struct settings : redis_client_config, Part::config {};

/// A part of a node, such as the bus, on a client and a thread of its own.
template <class Part>
class alone : own_redis, public Part {
public:
  explicit alone(const settings<Part>& x) : own_redis(x), Part(thread.client(), x) {
    // nop
  }
};

using bus_settings = settings<redis_bus>;
using own_bus = alone<redis_bus>;
using own_limiter = alone<redis_connection_limiter>;
using own_node_registry = alone<redis_node_registry>;

} // namespace atrium::test
