#pragma once

#include "atrium/net/http/html_page.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <span>
#include <string>
#include <string_view>

namespace atrium {

using http_request
  = boost::beast::http::request<boost::beast::http::string_body>;

/// One line of a header; refers to text that lives for the whole run.
struct http_field {
  std::string_view name;
  std::string_view value;
};

/// What a route has to say to a request.
struct http_answer {
  unsigned status = 200;
  std::string_view content_type;
  std::string body;
  std::string_view allow = {}; ///< The methods that may be used, with 405.
  bool last = false;           ///< The connection ends with it.
  std::string_view policy = strictest_policy; ///< Content-Security-Policy.
  std::span<const http_field> fields = {};    ///< Further ones, as they are.
};

inline constexpr std::string_view json_type = "application/json";

/// Makes the answer to a request that is refused.
http_answer http_problem(unsigned status, std::string_view code,
                         std::string_view message);

/// The same, in the words of whoever is asked.
using http_problem_writer
  = http_answer (*)(unsigned status, std::string_view code,
                    std::string_view message);

/// Makes the answer that is a page, with what `policy_of` says of it.
http_answer page_answer(std::string_view page, std::string_view policy);

} // namespace atrium
