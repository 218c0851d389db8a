#pragma once

#include "atrium/broker/util/errc.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace atrium::protocol {

/// The members that some request has, as they stand in its text; empty: there
/// is none.
struct request_fields {
  std::string_view type;
  std::string_view id;
  std::string_view room;
  std::string_view user;
  std::string_view data;
  std::string_view event_id;
  std::string_view trace_id;
  std::string_view traceparent;
  std::string_view echo;
  std::string_view durable;
  std::string_view since;
  std::string_view limit;
  std::string_view reverse;
  std::string_view inbox_id;
  std::string_view token;
};

/// Finds the fields of one request; nothing if `text` is not one JSON object.
std::optional<request_fields> find_fields(std::string_view text);

/// Reads fields of one request into their places, which are those of an empty
/// request; remembers the first thing that is wrong. Then the places have no
/// meaning, but for the name of a room: that is empty if it is invalid.
class field_reader {
public:
  /// `from` outlives the reader.
  explicit field_reader(const request_fields& from) : from_(from) {
    // nop
  }

  void room(std::string& to);
  void user(std::string& to);

  /// Reads the JSON value as it stands.
  void data(std::string& to);

  void token(std::string& to);

  /// Reads what may be missing.
  void event_id(std::string& to) {
    id_of_event(from_.event_id, "event_id", to);
  }

  void trace_id(std::string& to) {
    id_of_event(from_.trace_id, "trace_id", to);
  }

  /// A malformed one counts as missing: a trace is not worth a message.
  void traceparent(std::string& to);

  void echo(bool& to) {
    flag(from_.echo, "echo", to);
  }

  void durable(bool& to) {
    flag(from_.durable, "durable", to);
  }

  void reverse(bool& to) {
    flag(from_.reverse, "reverse", to);
  }

  void since(std::optional<position>& to);
  void limit(std::size_t& to);

  /// Reads the id of a durable message.
  void inbox_id(std::string& to);

  bool failed() const {
    return code_ != errc::none;
  }

  /// Returns what is wrong, if the request `failed`.
  failure error() const;

private:
  bool name(std::string_view raw, std::string_view key, errc invalid,
            std::string& to);
  void id_of_event(std::string_view raw, std::string_view key, std::string& to);
  void flag(std::string_view raw, std::string_view key, bool& to);
  void fail(errc code, std::string_view pattern, std::string_view key);

  const request_fields& from_;
  errc code_ = errc::none;
  std::string_view pattern_; // of the text for people, with {} for the key
  std::string_view key_;
};

} // namespace atrium::protocol
