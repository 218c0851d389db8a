#pragma once

#include <string_view>

namespace atrium {

/// The description of the API, by OpenAPI 3.1: the text of openapi.json.
std::string_view api_description() noexcept;

} // namespace atrium
