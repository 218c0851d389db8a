// Requests of clients: one becomes a request that is in order, or an error.

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/packet_header.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include "property.hpp"

using namespace atrium;
using fuzz::require;

namespace {

bool is_value(std::string_view text) {
  json_scanner in{text};
  return in.value(json_object::max_depth) && in.at_end();
}

/// Checks the parts of a request and writes it again.
class printer {
public:
  explicit printer(std::string_view frame) : frame_(frame) {
    // nop
  }

  std::string operator()(const join_request& x) {
    return begin("join", x.id).name("room", x.room).position("since", x.since).take();
  }

  std::string operator()(const leave_request& x) {
    return begin("leave", x.id).name("room", x.room).take();
  }

  std::string operator()(const publish_request& x) {
    begin("publish", x.id).name("room", x.room).event(x);
    return raw("echo", x.echo ? "true" : "false").take();
  }

  std::string operator()(const send_request& x) {
    begin("send", x.id).name("user", x.user).event(x);
    return raw("durable", x.durable ? "true" : "false").take();
  }

  std::string operator()(const ack_request& x) {
    require(is_inbox_id(x.inbox_id), "the id of a durable message looks like one");
    return begin("ack", x.id).text("inbox_id", x.inbox_id).take();
  }

  std::string operator()(const broadcast_request& x) {
    return begin("broadcast", x.id).event(x).take();
  }

  std::string operator()(const presence_request& x) {
    require(x.limit >= 1 && x.limit <= 1000, "a list has bounds");
    begin("presence", x.id).name("room", x.room);
    return raw("limit", std::to_string(x.limit)).take();
  }

  std::string operator()(const history_request& x) {
    require(x.limit >= 1 && x.limit <= 1000, "a page has bounds");
    begin("history", x.id).name("room", x.room).position("since", x.since);
    return raw("limit", std::to_string(x.limit))
      .raw("reverse", x.reverse ? "true" : "false")
      .take();
  }

  std::string operator()(const ping_request& x) {
    return begin("ping", x.id).take();
  }

private:
  printer& begin(std::string_view type, const request_id& id) {
    out_.append(R"({"type":")").append(type).push_back('"');
    return id.empty() ? *this : verbatim("id", id);
  }

  printer& name(std::string_view key, std::string_view value) {
    require(is_name(value), "names are valid");
    return text(key, value);
  }

  printer& position(std::string_view key, const std::optional<atrium::position>& x) {
    if (!x)
      return *this;
    require(!x->epoch.empty() && x->epoch.size() <= 32
              && has_only(x->epoch, "0123456789abcdefghijklmnopqrstuvwxyz"),
            "an epoch is short and plain");
    require(x->offset < std::uint64_t{1} << 53U, "JavaScript can count to an offset");
    return raw(key,
               R"({"epoch":")" + x->epoch + R"(","offset":)" + std::to_string(x->offset) + "}");
  }

  template <class Request>
  printer& event(const Request& x) {
    for (auto [key, id] : {std::pair{"event_id", &x.event_id}, std::pair{"trace_id", &x.trace_id}})
      if (!id->empty()) {
        require(is_event_id(*id), "ids of events are valid");
        text(key, *id);
      }
    require(read_traceparent(x.traceparent) == x.traceparent, "a traceparent is sound or missing");
    if (!x.traceparent.empty())
      text("traceparent", x.traceparent);
    return verbatim("data", x.data);
  }

  printer& verbatim(std::string_view key, std::string_view value) {
    require(is_value(value), "what is passed on is one JSON value");
    require(frame_.find(value) != frame_.npos, "what is passed on stands so in the frame");
    return raw(key, value);
  }

  printer& text(std::string_view key, std::string_view value) {
    std::string quoted;
    json_writer{quoted}.text(value);
    return raw(key, quoted);
  }

  printer& raw(std::string_view key, std::string_view value) {
    out_.append(",\"").append(key).append("\":").append(value);
    return *this;
  }

  std::string take() {
    out_.push_back('}');
    return std::move(out_);
  }

  std::string_view frame_;
  std::string out_;
};

void check(const client_request& x, std::string_view frame) {
  auto text = std::visit(printer{frame}, x);
  auto again = protocol::parse_request(text);
  auto* y = std::get_if<client_request>(&again);
  require(y != nullptr && y->index() == x.index(), "what is written is read again");
  require(std::visit(printer{text}, *y) == text, "nothing is lost");
}

void check(const failure& x) {
  require(x.code != errc::none && !x.message.empty(), "an error says what is wrong");
  auto text = protocol::to_text(x);
  require(is_utf8(text), "an answer is UTF-8");
  auto answer = json_object::parse(text);
  require(answer.has_value(), "an answer is one JSON object");
  require(answer->find("id").value_or("") == x.id, "an answer has the id of its request");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  if (!is_utf8(text))
    return 0; // is not asked: closed before that
  auto parsed = protocol::parse_request(text);
  if (auto* request = std::get_if<client_request>(&parsed))
    check(*request, text);
  else
    check(std::get<failure>(parsed));
  return 0;
}
