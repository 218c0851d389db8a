#include "atrium/net/monitoring/metrics/api_families.hpp"

#include "atrium/net/admission/api_traffic.hpp"

namespace atrium {

void add_api(family_list& to, const api_traffic& x) {
  std::vector<sample> commands;
  for (std::size_t i = 0; i < x.methods.size(); ++i)
    commands.push_back({value_of(x.commands[i]), x.methods[i]});
  to.counter({"atrium_api_commands_total",
              "Commands of back ends, those of batches, too.", "method"},
             commands);
  static constexpr std::string_view codes[]
    = {"100", "101", "102", "103", "104", "106", "107", "108", "111", "112"};
  static_assert(std::size(codes) == api_traffic::codes.size());
  std::vector<sample> errors;
  for (std::size_t i = 0; i < std::size(codes); ++i)
    errors.push_back({value_of(x.errors.at(i)), codes[i]});
  to.counter({"atrium_api_errors_total", "Commands that failed.", "code"},
             errors);
  auto& no = x.refused;
  to.counter({"atrium_api_refused_total",
              "Requests that were refused before they were a command.",
              "reason"},
             {{value_of(no.key), "key"},
              {value_of(no.right), "right"},
              {value_of(no.path), "path"},
              {value_of(no.malformed), "malformed"},
              {value_of(no.too_large), "too_large"},
              {value_of(no.overloaded), "overloaded"}});
  to.gauge({"atrium_api_requests", "Requests that are under way."},
           {{value_of(x.requests->taken())}});
  to.gauge({"atrium_api_request_bytes", "Bytes of their bodies."},
           {{value_of(x.bytes->taken())}});
}

} // namespace atrium
