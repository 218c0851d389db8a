#include "atrium/broker/envelope_writer.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/plain_text.hpp"

#include <array>
#include <fmt/format.h>

namespace atrium {

namespace {

// Each publish is written by this, so it is written into memory that has its
// size: `meter` measures what `pen` writes. Every key is one text with what
// stands before it, and copied by a few instructions.

struct meter {
  std::size_t size = 0;

  void operator()(std::string_view x) noexcept {
    size += x.size();
  }
};

struct pen {
  char* at;

  void operator()(std::string_view x) noexcept {
    std::char_traits<char>::copy(at, x.data(), x.size());
    at += x.size();
  }
};

// The strings of `x` need no escapes. `data` is last: `packet_time` must not
// find a `ts` within it, and `publication` finds the data there.
template <class Out>
[[gnu::always_inline]] inline void write_plain(Out& out, std::string_view front,
                                               const envelope_parts& x,
                                               std::string_view time) {
  static_assert(envelope::version == 1);
  out(front);
  out(R"({"type":"message","v":1,"event_id":")");
  out(x.event_id);
  switch (x.to) {
  case scope::room:
    out(R"(","scope":"room","room":")");
    out(x.target);
    break;
  case scope::user:
    out(R"(","scope":"user","user":")");
    out(x.target);
    break;
  default:
    out(R"(","scope":"all)");
  }
  if (x.from) {
    out(R"(","sender":{"user":")");
    out(x.from->user);
    out(R"(","connection":")");
    out(x.from->connection);
    out(R"("},"ts":)");
  } else {
    out(R"(","ts":)");
  }
  out(time);
  if (!x.trace_id.empty()) {
    out(R"(,"trace_id":")");
    out(x.trace_id);
    out("\"");
  }
  if (!x.traceparent.empty()) {
    out(R"(,"traceparent":")");
    out(x.traceparent);
    out("\"");
  }
  out(R"(,"data":)");
  out(x.data);
  out("}");
}

std::string plain_envelope(std::string_view front, const envelope_parts& x) {
  fmt::format_int digits{x.time.time_since_epoch().count()};
  std::string_view time{digits.data(), digits.size()};
  meter measure;
  write_plain(measure, front, x, time);
  std::string result(measure.size, '\0');
  pen write{result.data()};
  write_plain(write, front, x, time);
  return result;
}

bool is_plain(std::string_view x) {
  return plain_json_size(x) == x.size();
}

// Names may have quotes, but hardly ever do.
[[gnu::cold, gnu::noinline]] std::string
escaped_envelope(std::string_view front, envelope_parts x) {
  std::array<std::string, 6> escaped;
  auto* next = escaped.data();
  auto escape = [&next](std::string_view& text) {
    json_writer{*next}.text(text);
    // Without the quotes around it, which are in the texts of the keys.
    text = std::string_view{*next}.substr(1, next->size() - 2);
    ++next;
  };
  escape(x.event_id);
  escape(x.target);
  escape(x.trace_id);
  escape(x.traceparent);
  if (x.from) {
    escape(x.from->user);
    escape(x.from->connection);
  }
  return plain_envelope(front, x);
}

} // namespace

std::string write_envelope(std::string_view front, const envelope_parts& x) {
  auto plain
    = is_plain(x.event_id) && is_plain(x.target) && is_plain(x.trace_id)
      && is_plain(x.traceparent)
      && (!x.from || (is_plain(x.from->user) && is_plain(x.from->connection)));
  return plain ? plain_envelope(front, x) : escaped_envelope(front, x);
}

std::string encode_packet(const envelope_parts& x,
                          const packet_header& header) {
  std::string front; // short, without a field
  append_header(front, header);
  front.push_back(':');
  return write_envelope(front, x);
}

} // namespace atrium
