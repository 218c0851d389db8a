#pragma once

#include "atrium/net/http/http_routes.hpp"

namespace atrium {

/// What clients may ask for.
http_routes public_routes();

/// What operators may ask for, on the internal listener.
http_routes internal_routes();

} // namespace atrium
