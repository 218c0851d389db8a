#include "atrium/broker/usual_envelope.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/util/plain_text.hpp"
#include "atrium/broker/util/trace_context.hpp"
#include "atrium/broker/util/utf8.hpp"

#include <cstdint>

namespace atrium {

namespace {

/// Goes over a text from part to part.
class parts {
public:
  explicit parts(std::string_view text) : rest_(text) {
    // nop
  }

  std::string_view rest() const {
    return rest_;
  }

  /// Goes over `part` if that is what comes.
  bool pass(std::string_view part) {
    if (!rest_.starts_with(part))
      return false;
    rest_.remove_prefix(part.size());
    return true;
  }

  /// Goes over the rest of a string without escapes, and its second quote.
  bool text(std::string_view& out) {
    auto size = plain_json_size(rest_);
    if (size == rest_.size() || rest_[size] != '"')
      return false;
    out = rest_.substr(0, size);
    rest_.remove_prefix(size + 1);
    return true;
  }

  /// Goes over a time in decimal digits, written as JSON has it.
  bool time(unix_time& out) {
    constexpr std::size_t longest = 18; // always fits
    std::int64_t value = 0;
    std::size_t size = 0;
    for (; size < rest_.size() && rest_[size] >= '0' && rest_[size] <= '9';
         ++size) {
      if (size == longest)
        return false;
      value = value * 10 + (rest_[size] - '0');
    }
    if (size == 0 || (size > 1 && rest_.front() == '0'))
      return false;
    out = unix_time{std::chrono::milliseconds{value}};
    rest_.remove_prefix(size);
    return true;
  }

private:
  std::string_view rest_;
};

bool read_target(parts& in, packet_head& x) {
  if (in.pass(R"("room","room":")"))
    x.to = scope::room;
  else if (in.pass(R"("user","user":")"))
    x.to = scope::user;
  else if (in.pass(R"("all")")) {
    x.to = scope::all;
    return true;
  } else {
    return false;
  }
  return in.text(x.target);
}

bool read_sender(parts& in, packet_head& x) {
  if (!in.pass(R"(,"sender":{"user":")"))
    return true; // there is none, or else what comes is not `ts`
  auto& from = x.from.emplace();
  return in.text(from.user) && in.pass(R"(,"connection":")")
         && in.text(from.connection) && in.pass("}");
}

bool read_trace(parts& in, packet_head& x) {
  if (in.pass(R"(,"trace_id":")") && !in.text(x.trace_id))
    return false;
  return !in.pass(R"(,"traceparent":")")
         || (in.text(x.traceparent)
             && read_traceparent(x.traceparent) == x.traceparent);
}

// Has to accept what `read_members` accepts.
bool read_data(std::string_view text, std::string_view& data) {
  json_scanner in{text};
  data = in.take_value(json_object::max_depth - 1);
  if (data.empty() || !in.token('}'))
    return false;
  in.space();
  return in.at_end();
}

} // namespace

bool read_usual_envelope(std::string_view json, packet_head& about,
                         std::string_view& data) {
  parts in{json};
  return in.pass(R"({"type":"message","v":1,"event_id":")")
         && in.text(about.event_id) && !about.event_id.empty()
         && in.pass(R"(,"scope":)") && read_target(in, about)
         && read_sender(in, about) && in.pass(R"(,"ts":)")
         && in.time(about.time) && read_trace(in, about)
         && in.pass(R"(,"data":)") && read_data(in.rest(), data)
         && is_utf8(json);
}

} // namespace atrium
