#pragma once

#include "atrium/broker/redis/redis_access.hpp"
#include "atrium/broker/redis/redis_address.hpp"
#include "atrium/broker/redis/redis_bus.hpp"
#include "atrium/broker/redis/redis_connection_limiter.hpp"
#include "atrium/broker/redis/redis_node_registry.hpp"
#include "atrium/broker/redis/redis_thread.hpp"

#include "support/redis_place.hpp"

#include <memory>
#include <string>
#include <utility>

// Only here is it known how a client comes to the address that it is given.

namespace atrium::test {

/// Makes clients of this configuration go there.
inline void lead_to(redis_client_config& config, const redis_place& where) {
  config.address = parse_redis_address(where.addresses.at(0)).address.value();
  for (std::size_t i = 1; i < where.addresses.size(); ++i)
    config.others.push_back(parse_redis_address(where.addresses[i]).address.value());
  if (where.ca.empty())
    return;
  redis_access_files files;
  files.tls.ca = where.ca;
  files.tls.cert = where.cert;
  files.tls.key = where.key;
  std::string error;
  auto access = std::make_shared<current_access>();
  access->replace(load_redis_access(files, true, error).value());
  config.access = std::move(access);
}

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
