#pragma once

#include "atrium/actors/cluster_interface.hpp"
#include "atrium/actors/environment.hpp"

namespace atrium {

/// Takes packets for the desk from the bus, so many bytes at a time at most.
std::shared_ptr<subscriber> make_cluster_ear(cluster_actor desk,
                                             const environment& env);

} // namespace atrium
