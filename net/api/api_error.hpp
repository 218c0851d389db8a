#pragma once

#include "atrium/broker/util/errc.hpp"

#include <string>
#include <string_view>

namespace atrium {

/// Why a command of the API fails: the codes of Centrifugo's API. The message
/// of a fault of the caller names the field.
struct api_error {
  static constexpr unsigned internal = 100; ///< Try again.
  static constexpr unsigned unauthorized = 101;
  static constexpr unsigned permission_denied = 103;
  static constexpr unsigned method_not_found = 104;
  static constexpr unsigned limit_exceeded = 106;
  static constexpr unsigned bad_request = 107;
  static constexpr unsigned not_available = 108;
  static constexpr unsigned too_many_requests = 111;
  static constexpr unsigned unrecoverable_position = 112;

  unsigned code = 0; ///< 0: it does not.
  std::string message;

  /// The request makes no sense, whatever the node has; else it could, with
  /// other values.
  bool is_malformed = false;

  /// The bus does not take anything at the moment.
  bool is_overload = false;
};

/// Returns what a failure of the node is for users of the API; `why` may be
/// empty.
api_error api_error_of(errc code, std::string why = {});

/// Returns the HTTP status for a code, where the caller wants errors to be told
/// by it.
unsigned status_of_api_error(unsigned code) noexcept;

/// Returns the text of a JSON object: `{"code":107,"message":"…"}`.
std::string to_json(const api_error& x);

} // namespace atrium
