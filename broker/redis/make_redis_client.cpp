#include "atrium/broker/redis/cluster/cluster_client.hpp"
#include "atrium/broker/redis/server_client.hpp"

#include <utility>

namespace atrium {

std::unique_ptr<redis_client> make_redis_client(boost::asio::io_context& io,
                                                redis_client_config config,
                                                turn* turns) {
  if (config.others.empty() && config.address.kind != redis_kind::cluster)
    return std::make_unique<server_client>(io, config, turns);
  return std::make_unique<cluster_client>(io, std::move(config), turns);
}

} // namespace atrium
