#include "atrium/actors/cluster/cluster_packet.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/util/text.hpp"

#include <optional>
#include <utility>

namespace atrium {

namespace {

using error = cluster_packet_error;

// Names, numbers and the braces round an answer.
constexpr std::size_t max_packet_bytes = max_answer_bytes + 4'096;

constexpr std::size_t max_name_bytes = 64; // of a node, or of its run

constexpr std::string_view nothing = "null";

std::string begin(std::string_view type, std::uint64_t id) {
  return "{\"v\":" + std::to_string(cluster_packet_version) + ",\"type\":\""
         + std::string{type} + "\",\"id\":" + std::to_string(id);
}

void append(std::string& out, std::string_view key, std::string_view text) {
  out.append(",\"").append(key).append("\":");
  append_json_string(out, is_utf8(text) ? text : std::string_view{});
}

std::optional<std::string> text_in(const json_object& x, std::string_view key) {
  auto raw = x.find(key);
  return raw ? json_string(*raw) : std::nullopt;
}

std::optional<std::uint64_t> number_in(const json_object& x,
                                       std::string_view key) {
  auto raw = x.find(key);
  return raw ? json_unsigned(*raw) : std::nullopt;
}

bool fits_node(const std::optional<std::string>& x) {
  return x && !x->empty() && x->size() <= max_name_bytes;
}

cluster_packet read_asked(const json_object& x, std::uint64_t id) {
  auto run = text_in(x, "run");
  auto kind = text_in(x, "kind");
  auto name = text_in(x, "name");
  if (!fits_node(run) || !kind || !name
      || kind->size() + name->size() > max_question_bytes)
    return error::malformed;
  return asked{id, std::move(*run), {std::move(*kind), std::move(*name)}};
}

cluster_packet read_answered(const json_object& x, std::uint64_t id) {
  auto node = text_in(x, "node");
  auto run = text_in(x, "run");
  auto body = x.find("body");
  if (!fits_node(node) || !fits_node(run) || !body
      || body->size() > max_answer_bytes)
    return error::malformed;
  return answered{id, std::move(*node), std::move(*run),
                  std::string{*body == nothing ? "" : *body}};
}

// Exactly one value, so that it cannot end the packet and begin another.
bool is_json(std::string_view text) {
  if (!is_utf8(text))
    return false;
  json_scanner x{text};
  x.space();
  if (!x.value(json_object::max_depth - 1))
    return false;
  x.space();
  return x.at_end();
}

} // namespace

std::string error_answer(std::string_view code) {
  std::string result = "{\"error\":";
  append_json_string(result, code);
  return result + '}';
}

std::string fit_answer(std::string json) {
  if (json.size() > max_answer_bytes)
    return error_answer("too_large");
  if (json.empty() || is_json(json))
    return json;
  return error_answer("internal");
}

std::string encode(const asked& x) {
  auto result = begin("ask", x.id);
  append(result, "run", x.run);
  append(result, "kind", x.what.kind);
  append(result, "name", x.what.name);
  return result + '}';
}

std::string encode(const answered& x) {
  auto result = begin("answer", x.id);
  append(result, "node", x.node);
  append(result, "run", x.run);
  result.append(",\"body\":").append(x.json.empty() ? nothing : x.json);
  return result + '}';
}

cluster_packet decode_cluster_packet(std::string_view bytes) {
  auto object = bytes.size() <= max_packet_bytes && is_utf8(bytes)
                  ? json_object::parse(bytes)
                  : std::nullopt;
  auto version = object ? number_in(*object, "v") : std::nullopt;
  if (!version)
    return error::malformed;
  if (*version != cluster_packet_version)
    return error::unknown;
  auto type = text_in(*object, "type");
  auto id = number_in(*object, "id");
  if (!type || !id)
    return error::malformed;
  if (*type == "ask")
    return read_asked(*object, *id);
  if (*type == "answer")
    return read_answered(*object, *id);
  return error::unknown;
}

} // namespace atrium
