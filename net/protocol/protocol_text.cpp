#include "atrium/actors/publication.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/protocol/protocol.hpp"

namespace atrium::protocol {

namespace {

/// Writes one frame: a JSON object that says its type first.
class frame_writer {
public:
  explicit frame_writer(std::string_view type) {
    text_.reserve(usual_size); // one allocation for most frames
    out_.open_object().text("type", type);
  }

  frame_writer& text(json_key key, std::string_view value) {
    out_.text(key, value);
    return *this;
  }

  frame_writer& text_if(json_key key, std::string_view value) {
    return value.empty() ? *this : text(key, value);
  }

  frame_writer& id(const request_id& value) {
    if (!value.empty())
      // As the client has written it: a number stays a number.
      out_.raw("id", value);
    return *this;
  }

  template <class Integer>
  frame_writer& number(json_key key, Integer value) {
    out_.number(key, value);
    return *this;
  }

  frame_writer& boolean(json_key key, bool value) {
    out_.boolean(key, value);
    return *this;
  }

  frame_writer& raw(json_key key, std::string_view value) {
    out_.raw(key, value);
    return *this;
  }

  frame_writer& position(const std::optional<atrium::position>& x) {
    return x ? text("epoch", x->epoch).number("offset", x->offset) : *this;
  }

  frame_writer& time(json_key key, unix_time value) {
    return number(key, value.time_since_epoch().count());
  }

  frame_writer& expiry(unix_time value) {
    return value == never ? *this : time("expires_at", value);
  }

  std::string take() {
    out_.close_object();
    return std::move(text_);
  }

private:
  static constexpr std::size_t usual_size = 112;

  std::string text_;
  json_writer out_{text_};
};

/// Text of each kind of reply.
struct encoder {
  std::string operator()(const joined& x) const {
    frame_writer out{"joined"};
    out.id(x.id).text("room", x.room).position(x.at);
    if (x.recovered)
      out.boolean("recovered", *x.recovered);
    if (x.present)
      out.number("present", *x.present);
    return out.take();
  }

  std::string operator()(const left& x) const {
    return frame_writer{"left"}.id(x.id).text("room", x.room).take();
  }

  std::string operator()(const accepted& x) const {
    switch (x.what) {
    case accepted::kind::published:
      return published(x);
    case accepted::kind::sent:
      return sent(x);
    default:
      return frame_writer{"broadcasted"}
        .id(x.id)
        .text("event_id", x.event_id)
        .take();
    }
  }

  std::string operator()(const answered& x) const {
    return frame_writer{"answered"}
      .id(x.id)
      .text("room", x.room)
      .raw("data", x.data)
      .take();
  }

  std::string operator()(const acked& x) const {
    return frame_writer{"acked"}.id(x.id).take();
  }

  std::string operator()(const pong& x) const {
    return frame_writer{"pong"}.id(x.id).time("ts", x.time).take();
  }

  std::string operator()(const refreshed& x) const {
    return frame_writer{"refreshed"}.id(x.id).expiry(x.expires).take();
  }

  std::string operator()(const failure& x) const {
    frame_writer out{"error"};
    out.id(x.id)
      .text("code", to_string(x.code))
      .text_if("room", x.room)
      .text("message", x.message);
    if (x.retry_after.count() > 0)
      out.number("retry_after_ms", x.retry_after.count());
    return out.take();
  }

  std::string operator()(const gap& x) const {
    return frame_writer{"gap"}
      .text("scope", to_string(x.what))
      .text_if("room", x.room)
      .time("from_ts", x.from)
      .time("to_ts", x.to)
      .position(x.at)
      .take();
  }

  std::string operator()(const stored_messages& x) const {
    std::string messages{"["};
    for (auto& one : x.messages) {
      if (messages.size() > 1)
        messages.push_back(',');
      append_stored(messages, *one);
    }
    messages.push_back(']');
    return frame_writer{"history"}
      .id(x.id)
      .text("room", x.room)
      .position(x.top)
      .boolean("recovered", !x.is_lost)
      .boolean("more", x.has_more)
      .raw("messages", messages)
      .take();
  }

  std::string operator()(const present_list& x) const {
    frame_writer out{"presence"};
    out.id(x.id).text("room", x.room).number("present", x.present);
    if (x.users)
      out.raw("users", list_of(*x.users));
    return out.take();
  }

  std::string operator()(const welcome&) const {
    return {}; // has a function of its own: it needs the node's settings
  }

private:
  static std::string list_of(const std::vector<present_user>& users) {
    std::string result{"["};
    for (auto& x : users) {
      if (result.size() > 1)
        result.push_back(',');
      json_writer out{result};
      out.open_object()
        .text("user", x.user)
        .number("connections", x.connections)
        .number("since", x.since.time_since_epoch().count());
      if (!x.info.empty())
        out.raw("info", x.info);
      out.close_object();
    }
    result.push_back(']');
    return result;
  }

  static std::string published(const accepted& x) {
    frame_writer out{"published"};
    out.id(x.id).text("room", x.target).text("event_id", x.event_id);
    if (x.at)
      out.number("offset", x.at->offset);
    return out.take();
  }

  static std::string sent(const accepted& x) {
    return frame_writer{"sent"}
      .id(x.id)
      .text("user", x.target)
      .text("event_id", x.event_id)
      .text_if("inbox_id", x.inbox_id)
      .take();
  }
};

// PROTOCOL.md, section 6. With any other code the next attempt would end in the
// same way.
bool worth_reconnecting(close_code code) {
  switch (code) {
  case close_code::going_away:
  case close_code::internal:
  case close_code::try_again_later:
  case close_code::token_expired:
  case close_code::no_pong:
  case close_code::slow_consumer:
    return true;
  default:
    return false;
  }
}

} // namespace

void append_stored(std::string& out, const publication& x) {
  // Behind the type, or else (the bus is a border) behind the brace.
  constexpr std::string_view head = "{\"type\":\"message\",";
  auto json = x.json();
  auto i = json.starts_with(head) ? head.size() : json.find('{') + 1;
  out.append(json.substr(0, i));
  if (x.offset() != 0)
    out.append("\"offset\":").append(std::to_string(x.offset())).append(",");
  if (x.offset() != 0 && x.previous() + 1 != x.offset())
    out.append("\"previous\":")
      .append(std::to_string(x.previous()))
      .append(",");
  if (!x.inbox_id().empty())
    out.append("\"inbox_id\":\"").append(x.inbox_id()).append("\",");
  out.append(json.substr(i));
}

std::string to_text(const reply& x) {
  return std::visit(encoder{}, x);
}

std::string to_text(const welcome& x, const node_settings& node,
                    unix_time now) {
  return frame_writer{"welcome"}
    .number("protocol", 1)
    .text("connection", x.connection)
    .text("user", x.user)
    .text_if("device", x.device)
    .text("node", node.node)
    .number("ping_interval", node.ping_interval.count())
    .number("max_message_bytes", node.max_message_bytes)
    .time("server_time", now)
    .expiry(x.expires)
    .take();
}

std::string closing_text(close_code code, std::string_view reason,
                         std::chrono::milliseconds after) {
  return frame_writer{"closing"}
    .number("code", static_cast<unsigned>(code))
    .text("reason", reason)
    // Who is told a time may come again, whatever the code: then leases of a
    // node that may have crashed are over (4004).
    .boolean("reconnect", worth_reconnecting(code) || after.count() > 0)
    .number("after_ms", after.count())
    .take();
}

const request_id& id_of(const reply& x) {
  static const request_id none;
  return std::visit(
    [](const auto& y) -> const request_id& {
      if constexpr (requires { y.id; })
        return y.id;
      else
        return none;
    },
    x);
}

} // namespace atrium::protocol
