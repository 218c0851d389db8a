#pragma once

#include "atrium/actors/rights.hpp"

#include <memory>

namespace atrium {

struct auth_options;

/// Returns what everybody may do, whoever they are (`--default-rooms`).
std::shared_ptr<const rights> default_rights(const auth_options& from);

} // namespace atrium
