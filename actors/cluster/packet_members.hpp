#pragma once

#include "atrium/broker/json/json_object.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atrium {

// Members of a control packet; nothing if they are missing or of another type.

std::optional<std::string> text_in(const json_object& x, std::string_view key);

std::optional<std::uint64_t> number_in(const json_object& x,
                                       std::string_view key);

std::optional<bool> truth_in(const json_object& x, std::string_view key);

/// Of a node, run or connection: 1 to 128 bytes.
std::optional<std::string> name_in(const json_object& x, std::string_view key);

} // namespace atrium
