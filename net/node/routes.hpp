#pragma once

#include "atrium/net/http/http_routes.hpp"

namespace atrium {

/// What clients may ask for; with `api` also what back ends may.
http_routes public_routes(bool api = false);

/// What operators, and back ends, may ask for, on the internal listener.
http_routes internal_routes();

} // namespace atrium
