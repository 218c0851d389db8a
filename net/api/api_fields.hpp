#pragma once

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/net/api/api_command.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// Calls `take` with the text of each element of a JSON array that is sound;
/// returns false if `raw` is none, or as soon as `take` does.
template <class Function>
bool each_element(std::string_view raw, Function take) {
  json_scanner in{raw};
  if (!in.token('['))
    return false;
  if (in.token(']'))
    return true;
  do {
    if (!take(in.take_value(json_object::max_depth)))
      return false;
  } while (in.token(','));
  return true;
}

/// Reads the fields of a command, which is a JSON object in UTF-8, and keeps
/// the first fault, by the name of its field. A field that is null counts as
/// missing, as Centrifugo has it.
class api_fields {
public:
  /// Channels of a broadcast and commands of a batch.
  static constexpr std::size_t most_items = 10'000;

  /// Refers to `text`.
  explicit api_fields(std::string_view text);

  /// What is wrong so far; of code 0: nothing.
  const api_error& fault() const {
    return fault_;
  }

  /// Notes a fault, unless there is one.
  void fail(std::string_view key, std::string_view why, bool malformed = false);

  /// Returns the text of a field as it stands there.
  std::optional<std::string_view> raw(std::string_view key);

  /// The name of a room or a user; has to be there.
  std::string name(std::string_view key);

  /// Several of them, and at least one.
  std::vector<std::string> names(std::string_view key);

  /// What may be missing.
  std::string text(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  bool flag(std::string_view key);
  std::uint64_t number(std::string_view key);
  std::int64_t signed_number(std::string_view key);

  /// Returns `data`, or `b64data` decoded, and `idempotency_key`.
  api_payload payload();

  /// These fields would change what the command means, and are not supported:
  /// they have to be missing or empty.
  void refuse(std::initializer_list<std::string_view> keys);

private:
  std::string data();
  std::string decoded_data(std::string_view raw);
  std::string checked_name(std::string_view key, std::string_view raw);

  std::optional<json_object> in_;
  api_error fault_;
};

} // namespace atrium
