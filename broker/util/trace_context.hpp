#pragma once

#include <string>
#include <string_view>

namespace atrium {

/// Reads a `traceparent` (W3C Trace Context, level 1): version, id of the
/// trace, id of the span and flags, in lower-case hexadecimal with `-` between
/// them. Returns it in version 00, which is the text as it stands unless a
/// newer version has written it; empty if it is malformed, and then it counts
/// as missing.
std::string read_traceparent(std::string_view text);

/// Returns the id of the trace, 32 hexadecimal digits, of what
/// `read_traceparent` has returned; empty if that is empty.
std::string_view trace_id_of(std::string_view traceparent) noexcept;

} // namespace atrium
