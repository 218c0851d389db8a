#pragma once

#include "atrium/net/api/api_command.hpp"
#include "atrium/net/api/api_keys.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

class api_fields;

/// Something that the API can do.
struct api_method {
  std::string_view name; ///< Below `/api/`, in a batch, and with `POST /api`.
  unsigned right;        ///< One of `api_right`, or 0: no right is needed.

  /// Makes a command; faults are kept by the fields.
  api_command (*read)(api_fields&);

  /// Another path below `/api/`, for requests without a body: `{room}` stands
  /// for the name of a room, percent-encoded. Empty: there is none.
  std::string_view room_path = {};
};

/// All of them.
std::span<const api_method> api_methods() noexcept;

/// Returns the method of this name, or null.
const api_method* find_api_method(std::string_view name) noexcept;

/// Returns the place of a method in `api_methods`.
std::size_t number_of(const api_method& x) noexcept;

/// Their names, in the same order.
std::vector<std::string_view> api_method_names();

/// What a path names.
struct api_target {
  const api_method* method = nullptr; ///< Null: `/api`, the body says it.
  std::optional<std::string> room;    ///< That stands in the path.
};

/// Reads the path of a request, which is `/api` or below; nothing if nothing is
/// there.
std::optional<api_target> find_api_target(std::string_view path);

/// Makes a command of the body of a request; `api_error` if it makes none, or
/// if the rights do not suffice.
api_item read_api_request(const api_target& to, unsigned rights,
                          std::string_view body);

} // namespace atrium
