#pragma once

#include "atrium/actors/environment.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/net/options/options.hpp"

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium {

class event_secret;
class lane_thread;
class redis_client;
class redis_lease;
class redis_thread;

// What a node is made of, chosen by its options: everything alone in this
// process, or shared with other nodes through Redis.

/// Returns the host's name with something random behind it.
std::string make_node_id();

/// Returns the node's client of Redis with its thread, or nothing if the node
/// runs alone; `error` is set if what lets it in there cannot be read. Blocks.
std::unique_ptr<redis_thread>
make_redis(const options& from, const std::string& node_id, std::string& error);

/// A bus of a node.
struct bus_part {
  std::shared_ptr<bus> what;

  /// Gives the bus the bounds of other options while it runs. Any thread.
  std::function<void(const options&)> resize;
};

/// Returns how many buses a node with `lanes` has, where it does not run alone:
/// one for each lane, one for the thread of the internal listener, if there is
/// one, and one for everybody else. They share the bounds.
std::size_t bus_count(const options& from, std::size_t lanes);

/// Returns the bus of those who live on no lane. `redis` is null where the node
/// runs alone; so it is below.
bus_part make_bus(const options& from, redis_thread* redis, std::size_t buses);

/// Returns the bus of one lane, which calls its subscribers on the lane's
/// thread; nothing where `redis`, the node's, is null. Its links are called
/// `name`-cmd and `name`-sub.
bus_part make_lane_bus(const options& from, const redis_thread* redis,
                       lane_thread& lane, const std::string& name,
                       std::size_t buses);

/// Returns the lease by which other nodes know that this one is alive; null
/// where the node runs alone. Needs the environment's names and ids.
std::shared_ptr<redis_lease>
make_lease(const options& from, const environment& env, redis_thread* redis);

/// Returns who counts the connections of users, or nothing if there is no
/// limit. Needs the environment's bus, names and ids; `lease` knows which nodes
/// are dead.
std::shared_ptr<connection_limiter>
make_limiter(const options& from, const environment& env, redis_client* redis,
             std::shared_ptr<const redis_lease> lease);

/// Returns who knows who is in which rooms, or nothing if no room tells it.
/// Needs the environment's bus and names; the lease is the node's, and `io`
/// runs timers of a node alone.
std::shared_ptr<presence> make_presence(const options& from,
                                        const environment& env,
                                        redis_thread* redis, redis_lease* lease,
                                        boost::asio::io_context& io);

/// Returns the way to the owners of rooms with one home, or nothing if no room
/// has one. Needs the environment's bus, names and rooms.
std::shared_ptr<room_homes> make_room_homes(const options& from,
                                            const environment& env,
                                            redis_thread* redis);

/// Returns who keeps durable messages, or nothing if none is durable. Needs the
/// environment's bus and names; `io` runs timers of a node alone. Dead letters
/// are told to the environment's sink.
std::shared_ptr<inbox> make_inbox(const options& from, const environment& env,
                                  redis_thread* redis,
                                  boost::asio::io_context& io);

/// What a sink of events is made of.
struct event_sink_parts {
  redis_thread* redis = nullptr;              ///< Null: the node runs alone.
  redis_lease* lease = nullptr;               ///< Likewise.
  boost::asio::io_context& io;                ///< Posts events; has no clients.
  std::shared_ptr<const event_secret> secret; ///< Null: nothing is signed.
};

/// Returns who tells the back end of the operator what happens, or nothing if
/// nobody does; null with `error` set if that cannot be. Needs the
/// environment's names and ids. Blocks.
std::shared_ptr<event_sink> make_event_sink(const options& from,
                                            const environment& env,
                                            const event_sink_parts& of,
                                            std::string& error);

/// Returns who knows which nodes there are. Needs the environment's names and
/// id; `report` is what this node says of itself, from any thread.
std::shared_ptr<node_registry>
make_node_registry(const options& from, const environment& env,
                   redis_thread* redis, std::function<node_info()> report);

} // namespace atrium
