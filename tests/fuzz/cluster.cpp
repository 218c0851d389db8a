// What other nodes, or whoever can write to their Redis, say of themselves and
// to each other.

#include "atrium/actors/cluster/control_packet.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/broker/util/utf8.hpp"

#include "property.hpp"

using namespace atrium;
using fuzz::require;

namespace {

std::string again(const control_packet& x) {
  auto decoded = decode_control_packet(encode(x));
  auto* y = std::get_if<control_packet>(&decoded);
  require(y != nullptr, "a packet can be passed on");
  return encode(*y);
}

void check(const control_packet& x) {
  auto text = encode(x);
  require(is_utf8(text) && json_object::parse(text), "a packet is one JSON object");
  require(again(x) == text, "nothing of a packet is lost");
  if (auto* answer = std::get_if<survey_response>(&x.what)) {
    require(answer->json.size() <= max_response_bytes, "an answer has a bound");
    require(fit_response(answer->json) == answer->json, "an answer is one JSON value");
  }
}

// What a newer node adds to a packet changes nothing for this one.
void check_newer(const control_packet& x) {
  auto text = encode(x);
  auto longer = text;
  longer.insert(text.size() - 1, R"(,"later":{"v":2})");
  auto decoded = decode_control_packet(longer);
  auto* y = std::get_if<control_packet>(&decoded);
  require(y != nullptr && encode(*y) == text, "unknown members of a packet are skipped");
}

// Any text may be what somebody on this node answers.
void check_answer(std::string_view text) {
  auto bytes = encode({"r", survey_response{1, "n", fit_response(std::string{text})}});
  auto decoded = decode_control_packet(bytes);
  auto* x = std::get_if<control_packet>(&decoded);
  require(x != nullptr && x->run == "r", "no answer ends its packet");
}

void check_report(std::string_view text) {
  auto x = parse_node_info(text);
  if (!x)
    return;
  auto json = to_json(*x);
  require(is_utf8(json) && json_object::parse(json), "a report is one JSON object");
  auto again = parse_node_info(json);
  require(again && to_json(*again) == json, "nothing of a report is lost");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto bytes = fuzz::as_text(data, size);
  auto decoded = decode_control_packet(bytes);
  if (auto* packet = std::get_if<control_packet>(&decoded)) {
    check(*packet);
    check_newer(*packet);
  }
  check_answer(bytes);
  check_report(bytes);
  return 0;
}
