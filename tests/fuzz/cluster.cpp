// What other nodes, or whoever can write to their Redis, say of themselves and
// to each other.

#include "atrium/actors/cluster/cluster_packet.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/node_registry.hpp"
#include "atrium/broker/util/text.hpp"

#include "property.hpp"

using namespace atrium;
using fuzz::require;

namespace {

void check(const asked& x) {
  auto again = decode_cluster_packet(encode(x));
  auto* y = std::get_if<asked>(&again);
  require(y != nullptr, "a question can be passed on");
  require(x.id == y->id && x.run == y->run && x.what.kind == y->what.kind
            && x.what.name == y->what.name,
          "nothing of a question is lost");
}

void check(const answered& x) {
  require(x.json.size() <= max_answer_bytes, "an answer has a bound");
  require(fit_answer(x.json) == x.json, "an answer is one JSON value");
  auto again = decode_cluster_packet(encode(x));
  auto* y = std::get_if<answered>(&again);
  require(y != nullptr, "an answer can be passed on");
  require(x.id == y->id && x.node == y->node && x.run == y->run && x.json == y->json,
          "nothing of an answer is lost");
}

// Any text may be what somebody on this node answers.
void check_answer(std::string_view text) {
  answered x{1, "n", "r", fit_answer(std::string{text})};
  auto packet = decode_cluster_packet(encode(x));
  auto* y = std::get_if<answered>(&packet);
  require(y != nullptr && y->run == "r", "no answer ends its packet");
}

void check_report(std::string_view text) {
  auto x = parse_node_report(text);
  if (!x)
    return;
  auto json = to_json(*x);
  require(is_utf8(json) && json_object::parse(json), "a report is one JSON object");
  auto again = parse_node_report(json);
  require(again && to_json(*again) == json, "nothing of a report is lost");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto bytes = fuzz::as_text(data, size);
  auto packet = decode_cluster_packet(bytes);
  if (auto* question = std::get_if<asked>(&packet))
    check(*question);
  else if (auto* answer = std::get_if<answered>(&packet))
    check(*answer);
  check_answer(bytes);
  check_report(bytes);
  return 0;
}
