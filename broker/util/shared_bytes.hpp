#pragma once

#include <memory>
#include <string>

namespace atrium {

/// Bytes that many receivers share; never changed once made.
using shared_bytes = std::shared_ptr<const std::string>;

} // namespace atrium
