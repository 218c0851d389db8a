#include "atrium/net/http/http_types.hpp"

#include "atrium/broker/json/json_writer.hpp"

namespace atrium {

http_answer http_problem(unsigned status, std::string_view code,
                         std::string_view message) {
  std::string body;
  json_writer out{body};
  out.open_object().text("type", "error").text("code", code);
  out.text("message", message).close_object();
  return {status, json_type, std::move(body)};
}

http_answer page_answer(std::string_view page, std::string_view policy) {
  http_answer result{200, "text/html; charset=utf-8", std::string{page}};
  result.policy = policy;
  return result;
}

} // namespace atrium
