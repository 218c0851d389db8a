#pragma once

#include "atrium/net/inspector/inspector_context.hpp"

#include <string>

namespace atrium {

// What an administrator may do.

void disconnect_connection(const inspector_context& by, const std::string& id,
                           bool everywhere, inspect_answer to);

void disconnect_user(const inspector_context& by, const std::string& name,
                     bool everywhere, inspect_answer to);

void publish(const inspector_context& by, const std::string& room,
             const std::string& body, inspect_answer to);

} // namespace atrium
