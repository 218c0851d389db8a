#pragma once

#include "atrium/broker/envelope_fields.hpp"

#include <string_view>

namespace atrium {

/// Reads the text of an envelope as nodes write it: the known members in their
/// order, no space between them, no escapes in their texts. Every message comes
/// by here, so each part is looked at once. Returns false for any other text,
/// which may be an envelope all the same; then `about` and `data` are of no
/// use. What is read refers to `json`.
bool read_usual_envelope(std::string_view json, packet_head& about,
                         std::string_view& data);

} // namespace atrium
