#pragma once

#include "atrium/broker/json/json_object.hpp"
#include "atrium/net/protocol/protocol.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace atrium::protocol {

/// A request, or what is wrong with it.
using parsed = std::variant<client_request, refresh_request, failure>;

/// Reads the fields of one request; remembers the first thing that is wrong.
/// What is missing or wrong is read as the value of an empty field.
class field_reader {
public:
  /// `from` outlives the reader.
  field_reader(const json_object& from, request_id id)
    : from_(from), error_{std::move(id), errc::none, {}, {}} {
    // nop
  }

  /// Reads the name of a user, or of whatever else `invalid` is for.
  std::string name(std::string_view key, errc invalid);

  std::string room();

  /// Returns the JSON value as it stands.
  std::string data();

  std::string token();

  /// Reads an optional id of an event or a trace.
  std::string event_id(std::string_view key);

  /// Reads the id of a durable message.
  std::string inbox_id();

  /// Reads an optional `traceparent`. A malformed one counts as missing: a
  /// trace is not worth a message.
  std::string traceparent();

  bool flag(std::string_view key, bool otherwise);
  std::optional<atrium::position> position(std::string_view key);
  std::size_t limit(std::size_t otherwise);

  request_id id() const {
    return error_.id;
  }

  /// Returns the request, or what is wrong with it.
  template <class Request>
  parsed finish(Request x) && {
    if (error_.code != errc::none)
      return std::move(error_);
    // The session answers it: actors see what the token says, not the token.
    if constexpr (std::is_same_v<Request, refresh_request>)
      return x;
    else
      return client_request{std::move(x)};
  }

private:
  std::optional<std::string> text(std::string_view key) const;
  void fail(errc code, std::string_view pattern, std::string_view key);

  const json_object& from_;
  failure error_;
};

} // namespace atrium::protocol
