// Who comes in: a target, a Host and an Origin, a line each.

#include "atrium/net/admission/admission.hpp"

#include "atrium/broker/util/text.hpp"
#include "atrium/net/admission/page_origin.hpp"
#include "atrium/net/transport/listen_address.hpp"

#include "property.hpp"

#include <array>

using namespace atrium;
using fuzz::require;

namespace {

const std::array<origin_rules, 3> nodes = {
  origin_rules{{}, true, true},
  origin_rules{{}, false, true},
  origin_rules{{"https://app.example"}, true, true},
};

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view hex = "0123456789abcdef";
  std::string result;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    result.push_back('%');
    result.push_back(hex[byte >> 4U]);
    result.push_back(hex[byte & 15U]);
  }
  return result;
}

void check(const identity& who, const upgrade_request& x, const origin_rules& by) {
  require(is_name(who.user), "a user has a valid name");
  auto asked = query_value(x.target, "user");
  require(asked ? who.user == *asked : who.user.starts_with("guest-"), "the name is as asked for");
  auto from = page_origin::parse(x.origin);
  auto listed = from && *from == page_origin{"https", "app.example", 443};
  if (!by.allowed.empty())
    require(x.origin.empty() || listed, "only origins on the list come in");
  else
    require(x.origin.empty() || is_origin_of(x.host, x.origin)
              || (by.is_local && from && is_loopback_host(from->host)),
            "or only those of the own host or machine");
}

void check_device(const upgrade_request& x) {
  auto asked = query_value(x.target, "device");
  if (auto no = refuse_device(x))
    return require(no->status == 400 && no->message.starts_with("'device'"),
                   "a refusal names the device");
  require(!asked || (!asked->empty() && asked->size() <= 64), "the name of a device is short");
  require(
    !asked
      || has_only(*asked, "0123456789abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-"),
    "and plain");
}

void check(const refusal& why, const upgrade_request& x) {
  require(why.status == 400 || why.status == 403, "a refusal is the client's fault");
  require(why.status == 400 || !x.origin.empty(), "programs without origin are not forbidden");
  require(!why.code.empty() && !why.message.empty(), "a refusal has a reason");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto rest = fuzz::as_text(data, size);
  upgrade_request x;
  x.target = fuzz::take_until(rest, '\n');
  x.host = fuzz::take_until(rest, '\n');
  x.origin = rest;
  require(x.target.starts_with(path_of(x.target)), "the path is the target's beginning");
  require(path_of(x.target).find('?') == x.target.npos, "the path has no query");
  check_device(x);
  for (const auto& node : nodes) {
    auto outcome = admit(x, node);
    if (auto* who = std::get_if<identity>(&outcome))
      check(*who, x, node);
    else
      check(std::get<refusal>(outcome), x);
  }
  auto target = "/ws?a=b&user=" + percent_encoded(x.target) + "&user=other";
  require(query_value(target, "user") == x.target, "what is encoded is decoded");
  return 0;
}
