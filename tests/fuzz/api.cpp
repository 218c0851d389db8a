// Requests of back ends, a path below /api and a body: each becomes commands that are
// in order, or an error that names the field.

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/api/api_fields.hpp"
#include "atrium/net/api/api_method.hpp"

#include "property.hpp"

#include <algorithm>
#include <array>

using namespace atrium;
using fuzz::require;

namespace {

constexpr std::array fields
  = {"channel", "channels", "user",       "data",     "b64data",       "idempotency_key",
     "since",   "limit",    "reverse",    "parallel", "skip_history",  "durable",
     "pattern", "client",   "whitelist",  "expired",  "expire_at",     "commands",
     "method",  "tags",     "disconnect", "version",  "version_epoch", "session",
     "info",    "b64info",  "override",   "batch",    "recover_since", "params"};

// What is wrong with the whole.
constexpr std::array wholes
  = {"a command has to be a JSON object", "the body has to be JSON in UTF-8",
     "the body has to be JSON objects", "a command has to be an object of one member",
     "there are more than 10000 commands"};

void check(const api_error& x) {
  require(is_utf8(to_json(x)), "an answer is UTF-8");
  require(json_object::parse(to_json(x)).has_value(), "and one JSON object");
  auto names_field
    = [&](std::string_view field) { return x.message.starts_with(std::string{field} + ": "); };
  if (x.code == api_error::bad_request)
    require(std::ranges::any_of(fields, names_field)
              || std::ranges::find(wholes, x.message) != wholes.end(),
            "what is refused is named");
  else
    require((x.code == api_error::permission_denied || x.code == api_error::method_not_found)
              && !x.is_malformed && !x.message.empty(),
            "the method or the right is missing");
}

void check_name(std::string_view x) {
  require(is_name(x), "names are valid");
}

/// Checks a command and writes the fields of one that means the same.
class printer {
public:
  std::string operator()(const api_error& x) {
    check(x);
    return {};
  }

  std::string operator()(const api_publish& x) {
    return name("channel", x.channel).payload(x.what).flag("skip_history", x.skip_history).take();
  }

  std::string operator()(const api_broadcast& x) {
    require(!x.channels.empty() && x.channels.size() <= api_fields::most_items, "it has channels");
    std::ranges::for_each(x.channels, check_name);
    return texts("channels", x.channels)
      .payload(x.what)
      .flag("skip_history", x.skip_history)
      .take();
  }

  std::string operator()(const api_send& x) {
    return name("user", x.user).payload(x.what).flag("durable", x.durable).take();
  }

  std::string operator()(const api_broadcast_all& x) {
    return payload(x.what).take();
  }

  std::string operator()(const api_history& x) {
    name("channel", x.channel).flag("reverse", x.reverse);
    out_.number("limit", x.limit);
    if (x.since) {
      std::string since;
      json_writer{since}
        .open_object()
        .number("offset", x.since->offset)
        .text("epoch", x.since->epoch)
        .close_object();
      out_.raw("since", since);
    }
    return take();
  }

  std::string operator()(const api_history_remove& x) {
    return name("channel", x.channel).take();
  }

  std::string operator()(const api_presence& x) {
    return name("channel", x.channel).take();
  }

  std::string operator()(const api_channels& x) {
    return text("pattern", x.pattern).take();
  }

  std::string operator()(const api_close_room& x) {
    return name("channel", x.channel).take();
  }

  std::string operator()(const user_command& x) {
    require(is_in_order(x), "a node would carry it out");
    name("user", x.user).text("client", x.connection).texts("whitelist", x.spared);
    std::visit([this](auto& act) { print(act); }, x.what);
    return take();
  }

  std::string operator()(const api_info&) {
    return take();
  }

  std::string operator()(const api_rpc&) {
    return take();
  }

  // Without the commands that are none.
  std::string operator()(const api_batch& x) {
    flag("parallel", x.parallel);
    std::string list = "[";
    for (auto& each : x.items) {
      auto params = std::visit(printer{}, each.what);
      if (params.empty())
        continue;
      require(each.method != nullptr, "a command has a method");
      require(x.is_lines || !std::holds_alternative<api_batch>(each.what), "a batch has none");
      list.append(list.size() > 1 ? ",{\"" : "{\"").append(each.method->name);
      list.append("\":").append(params).push_back('}');
    }
    out_.raw("commands", list + ']');
    // Lines of batches, and what has no command, cannot be written so.
    return x.is_lines || list.size() == 1 ? std::string{} : take();
  }

private:
  void print(const user_command::join& x) {
    name("channel", x.room);
  }

  void print(const user_command::leave& x) {
    name("channel", x.room);
  }

  void print(const user_command::close& x) {
    std::string how;
    json_writer{how}
      .open_object()
      .number("code", static_cast<unsigned>(x.code))
      .text("reason", x.reason)
      .close_object();
    out_.raw("disconnect", how);
  }

  void print(const user_command::renew& x) {
    flag("expired", x.expired);
    if (x.expires != never)
      out_.number(
        "expire_at",
        std::chrono::duration_cast<std::chrono::seconds>(x.expires.time_since_epoch()).count());
  }

  printer& name(std::string_view key, std::string_view x) {
    check_name(x);
    return text(key, x);
  }

  printer& text(std::string_view key, std::string_view x) {
    require(is_utf8(x), "texts are UTF-8");
    out_.any_key(key).text(x);
    return *this;
  }

  printer& texts(std::string_view key, const std::vector<std::string>& x) {
    out_.any_key(key).open_array();
    for (auto& each : x)
      out_.text(each);
    out_.close_array();
    return *this;
  }

  printer& flag(std::string_view key, bool x) {
    out_.any_key(key).boolean(x);
    return *this;
  }

  printer& payload(const api_payload& x) {
    json_scanner in{x.data};
    require(is_utf8(x.data) && in.value(json_object::max_depth) && in.at_end(),
            "what is passed on is one JSON value");
    require(x.event_id.empty() || is_event_id(x.event_id), "ids of events are valid");
    out_.any_key("data").raw(x.data);
    return text("idempotency_key", x.event_id);
  }

  std::string take() {
    out_.close_object();
    return std::move(text_);
  }

  std::string text_;
  json_writer out_ = std::move(json_writer{text_}.open_object());
};

void check(const api_item& x) {
  auto text = std::visit(printer{}, x.what);
  if (text.empty())
    return;
  require(x.method != nullptr, "a command has a method");
  auto again = read_api_request({x.method, {}}, all_api_rights, text);
  require(again.method == x.method && again.what.index() == x.what.index(),
          "what is written is read again");
  require(std::visit(printer{}, again.what) == text, "nothing is lost");
}

// Only `rpc`, which does nothing, and a batch of such need no right.
void check_without_rights(const api_item& x) {
  if (auto* batch = std::get_if<api_batch>(&x.what)) {
    std::ranges::for_each(batch->items, check_without_rights);
    return;
  }
  require(std::holds_alternative<api_error>(x.what) || std::holds_alternative<api_rpc>(x.what),
          "without a right nothing is done");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto body = fuzz::as_text(data, size);
  auto path = "/api" + std::string{fuzz::take_until(body, '\n')};
  if (path.size() > 4 && path[4] != '/')
    return 0; // another route
  auto to = find_api_target(path);
  if (!to)
    return 0;
  check(read_api_request(*to, all_api_rights, body));
  check_without_rights(read_api_request(*to, 0, body));
  return 0;
}
