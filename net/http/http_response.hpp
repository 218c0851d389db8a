#pragma once

#include "atrium/net/http/http_types.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace atrium {

/// Makes of an answer what is sent: with the fields that every response has,
/// those that its status demands, and no body for HEAD.
boost::beast::http::response<boost::beast::http::string_body>
make_response(const http_request& to, http_answer x);

} // namespace atrium
