#pragma once

#include "atrium/net/inspector/inspector_context.hpp"

#include <string>

namespace atrium {

struct survey;

// What all nodes know together.

void view_cluster(const inspector_context& by, inspect_answer to);

void view_everywhere(const inspector_context& by, child_kind kind,
                     const std::string& name, inspect_answer to);

void disconnect_everywhere(const inspector_context& by, const std::string& user,
                           inspect_answer to);

void ask_node_of(const inspector_context& by, const std::string& connection,
                 const char* kind, inspect_answer to);

/// Answers what another node asks of this one (actors/cluster/cluster.hpp): the
/// JSON of a view that does not look beyond this node, empty where there is
/// nothing.
void answer_cluster(caf::actor_system& system, const inspect_service& whom,
                    survey what, std::function<void(std::string)> done);

} // namespace atrium
