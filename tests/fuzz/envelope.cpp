// Packets from the bus, to which anybody may have written.

#include "atrium/broker/envelope.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/room_note.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"

#include "property.hpp"
#include "support/envelope_reference.hpp"

using namespace atrium;
using fuzz::require;

namespace {

using any_sender = decltype(packet_head::from);

bool same(const any_sender& a, const any_sender& b) {
  if (!a || !b)
    return a.has_value() == b.has_value();
  return a->user == b->user && a->connection == b->connection;
}

bool same(const std::optional<packet_word>& a, const std::optional<packet_word>& b) {
  if (!a || !b)
    return a.has_value() == b.has_value();
  return a->token == b->token && a->run == b->run && a->stream == b->stream
         && a->number == b->number;
}

bool same(const packet& a, const packet& b) {
  auto& x = a.about;
  auto& y = b.about;
  return a.skip_sender == b.skip_sender && a.source_run == b.source_run && x.event_id == y.event_id
         && x.to == y.to && x.target == y.target && same(x.from, y.from) && x.time == y.time
         && same(a.word, b.word) && x.trace_id == y.trace_id && x.traceparent == y.traceparent
         && a.data == b.data;
}

envelope whole(const packet& x) {
  return {head_as<envelope_head>(x.about), std::string{x.data}};
}

std::string written(const packet& x) {
  return x.word ? encode_packet(whole(x), x.skip_sender, x.source_run, *x.word)
                : encode_packet(whole(x), x.skip_sender, x.source_run);
}

// What a newer node adds to the header changes nothing for this one.
void check_newer(const packet& x, std::string bytes) {
  bytes.insert(bytes.find(':'), ";offset=17;later");
  auto decoded = decode_packet(bytes);
  auto* y = std::get_if<packet>(&decoded);
  require(y != nullptr, "unknown fields of a header are skipped");
  require(same(x, *y), "unknown fields of a header change nothing");
}

void check_notes(std::string_view bytes) {
  auto x = decode_notes(bytes);
  if (!x)
    return;
  require(!std::holds_alternative<packet>(decode_packet(bytes)), "notes are no message");
  for (auto& note : x->notes)
    require(note.data.empty() || is_json_value(note.data), "the data of a note is one JSON value");
  auto text = encode_notes(*x);
  auto again = decode_notes(text);
  require(again && encode_notes(*again) == text, "nothing of notes is lost");
  auto longer = text;
  longer.insert(text.size() - 2, std::string{x->notes.empty() ? "" : ","} + R"({"what":"later"})");
  auto newer = decode_notes(longer);
  require(newer && encode_notes(*newer) == text, "unknown notes are skipped");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto bytes = fuzz::as_text(data, size);
  check_notes(bytes);
  auto decoded = decode_packet(bytes);
  if (bytes.starts_with("0:"))
    if (auto expected = test::expected_of(bytes.substr(2)))
      require(test::difference(*expected, decoded).empty(), "another parser reads the same");
  auto* x = std::get_if<packet>(&decoded);
  if (!x)
    return 0;
  require(fuzz::lies_within(x->json, bytes), "the text is a slice of the packet");
  require(is_utf8(x->json), "clients get UTF-8");
  auto object = json_object::parse(x->json);
  require(object.has_value(), "clients get one JSON object");
  require(json_string(object->find("type").value_or("")) == "message", "clients get a message");
  require(!x->about.event_id.empty(), "every message has an id");
  require(x->about.time.time_since_epoch().count() >= 0, "time is not before 1970");
  require(fuzz::lies_within(x->data, x->json), "data is there");
  require(*object->find("data") == x->data, "data is verbatim");
  auto& parent = x->about.traceparent;
  require(read_traceparent(parent) == parent, "a traceparent is sound or missing");
  auto again = written(*x);
  auto twice = decode_packet(again);
  auto* y = std::get_if<packet>(&twice);
  require(y != nullptr, "what is written can be read");
  require(same(*x, *y), "nothing is lost");
  require(to_json(whole(*y)) == y->json, "the text is the envelope's");
  check_newer(*x, again);
  return 0;
}
