// Packets from the bus, to which anybody may have written.

#include "atrium/broker/envelope.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"

#include "property.hpp"

using namespace atrium;
using fuzz::require;

namespace {

bool same(const std::optional<sender>& a, const std::optional<sender>& b) {
  if (!a || !b)
    return a.has_value() == b.has_value();
  return a->user == b->user && a->connection == b->connection;
}

bool same(const envelope& a, const envelope& b) {
  return a.event_id == b.event_id && a.to == b.to && a.target == b.target && same(a.from, b.from)
         && a.time == b.time && a.trace_id == b.trace_id && a.traceparent == b.traceparent
         && a.data == b.data;
}

// What a newer node adds to the header changes nothing for this one.
void check_newer(const packet& x, std::string bytes) {
  bytes.insert(bytes.find(':'), ";offset=17;later");
  auto decoded = decode_packet(bytes);
  auto* y = std::get_if<packet>(&decoded);
  require(y != nullptr, "unknown fields of a header are skipped");
  require(y->skip_sender == x.skip_sender && y->source_run == x.source_run
            && same(x.content, y->content),
          "unknown fields of a header change nothing");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto bytes = fuzz::as_text(data, size);
  auto decoded = decode_packet(bytes);
  auto* x = std::get_if<packet>(&decoded);
  if (!x)
    return 0;
  require(fuzz::lies_within(x->json, bytes), "the text is a slice of the packet");
  require(is_utf8(x->json), "clients get UTF-8");
  auto object = json_object::parse(x->json);
  require(object.has_value(), "clients get one JSON object");
  require(json_string(object->find("type").value_or("")) == "message", "clients get a message");
  require(!x->content.event_id.empty(), "every message has an id");
  require(x->content.time.time_since_epoch().count() >= 0, "time is not before 1970");
  require(fuzz::lies_within(*object->find("data"), x->json), "data is there");
  require(*object->find("data") == x->content.data, "data is verbatim");
  auto& parent = x->content.traceparent;
  require(read_traceparent(parent) == parent, "a traceparent is sound or missing");
  auto again = encode_packet(x->content, x->skip_sender, x->source_run);
  auto twice = decode_packet(again);
  auto* y = std::get_if<packet>(&twice);
  require(y != nullptr, "what is written can be read");
  require(y->skip_sender == x->skip_sender && y->source_run == x->source_run
            && same(x->content, y->content),
          "nothing is lost");
  require(to_json(y->content) == y->json, "the text is the envelope's");
  check_newer(*x, again);
  return 0;
}
