#include "atrium/net/http/http_routes.hpp"

#include "atrium/net/admission/admission.hpp"
#include "atrium/net/http/http_fields.hpp"

#include <algorithm>

namespace atrium {

namespace {

namespace http = boost::beast::http;

bool accepts(const http_request& x, std::string_view media_type) {
  return x.method() == http::verb::get
         && names_media_type(std::string_view{x[http::field::accept]},
                             media_type);
}

bool fits(const http_route& route, std::string_view path) {
  auto& ours = route.path;
  return path == ours
         // "/" alone is the page, not everything.
         || (ours.size() > 1 && ours.ends_with('/') && path.starts_with(ours));
}

} // namespace

std::string_view http_route::methods() const {
  if (std::holds_alternative<guarded>(how))
    return "POST";
  return std::holds_alternative<patient>(how) ? "GET, HEAD, POST" : "GET, HEAD";
}

std::size_t http_routes::longest_body(const node_context& node) const {
  auto result = largest_body;
  for (auto& route : table)
    if (auto* x = std::get_if<http_route::guarded>(&route.how))
      result = std::max(result, x->gate->largest_body(node));
  return result;
}

const http_route* http_routes::find(const http_request& x) const {
  auto path = path_of(std::string_view{x.target()});
  auto found = std::ranges::find_if(table, [&](auto& route) {
    return fits(route, path)
           && (route.media_type.empty() || accepts(x, route.media_type));
  });
  return found != table.end() ? &*found : nullptr;
}

http_problem_writer http_routes::problem_at(std::string_view path) const {
  auto found = std::ranges::find_if(
    table, [path](auto& route) { return fits(route, path); });
  return found != table.end() ? found->problem : http_problem;
}

std::optional<http_answer>
http_routes::refusal_of(const node_context& node, const http_request& x) const {
  auto method = x.method();
  auto problem = problem_at(path_of(std::string_view{x.target()}));
  if (method == http::verb::unknown || method == http::verb::connect)
    return problem(501, "not_implemented", "this method is not known");
  auto* route = find(x);
  if (route == nullptr && x.target() != "*")
    return problem(404, "not_found", "there is nothing here");
  // Before OPTIONS and 405, so a foreign page is refused with any method.
  if (auto why = refuse ? refuse(node, x) : std::nullopt)
    return problem(403, "forbidden", *why);
  auto methods = route ? route->methods() : "GET, HEAD";
  if (method == http::verb::options)
    // Without Access-Control fields: to a browser that asks on behalf of a
    // foreign page (CORS) this is a no.
    return http_answer{204, {}, {}, methods};
  if (has_token(methods, std::string_view{x.method_string()}))
    return std::nullopt;
  auto no = problem(405, "method_not_allowed",
                    "only " + std::string{methods} + " may be used");
  no.allow = methods;
  return no;
}

} // namespace atrium
