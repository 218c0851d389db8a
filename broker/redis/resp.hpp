#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace atrium {

/// What one value of a Redis reply is.
enum class resp_type { string, array, integer, nil, status, error };

/// One value of a reply.
struct resp_node {
  resp_type type = resp_type::nil;
  long long value = 0;   ///< An integer, or the number of items of an array.
  std::string_view text; ///< Of a string, status or error.
};

/// One whole reply, depth first: an array is followed by its items. Never
/// empty; valid until the callback that received it returns.
using resp_reply = std::span<const resp_node>;

/// Returns whether `reply` is an error, e.g. `-NOPERM ...`.
inline bool is_error(resp_reply reply) noexcept {
  return reply.front().type == resp_type::error;
}

/// Returns what an error says, fit for a log: without the arguments of the
/// command, which Redis repeats when it does not know the command.
std::string_view loggable(std::string_view error) noexcept;

/// Returns whether `reply` says "try again later": the server is alive, but it
/// loads its data, is held up by a script or has lost its master.
bool is_not_ready(resp_reply reply) noexcept;

/// Returns whether `reply` is a pushed message: its items are the word itself,
/// the channel and the payload.
inline bool is_message(resp_reply reply) noexcept {
  return reply.size() == 4 && reply[0].type == resp_type::array
         && reply[1].text == "message";
}

/// Opens a command of `args` arguments, its name included, at the end of `out`.
void append_command_head(std::string& out, std::size_t args);

/// Appends one argument of the command that was opened last.
void append_argument(std::string& out, std::string_view arg);

/// Appends one whole command.
void append_command(std::string& out,
                    std::initializer_list<std::string_view> args);

/// Turns the bytes of one connection into replies (RESP2). After a protocol
/// error it is of no more use: close the connection, take a new reader.
class resp_reader {
public:
  enum class result {
    ok,      ///< All bytes are consumed.
    stopped, ///< The callback wanted no more.
    broken,  ///< The bytes are no RESP2.
  };

  resp_reader();
  ~resp_reader();
  resp_reader(resp_reader&&) noexcept;
  resp_reader& operator=(resp_reader&&) noexcept;

  /// Takes bytes as they come and calls `on_reply(resp_reply)` for each whole
  /// reply, until that returns false.
  template <class F>
  result feed(std::string_view bytes, F&& on_reply) {
    while (!bytes.empty()) {
      auto part = bytes.substr(0, slice);
      bytes.remove_prefix(part.size());
      if (!append(part))
        return result::broken;
      for (auto reply = next(); !reply.empty(); reply = next())
        if (!on_reply(reply))
          return result::stopped;
      if (is_broken())
        return result::broken;
    }
    return result::ok;
  }

private:
  struct impl;

  // The parser moves what is left of its buffer after each reply: larger
  // slices make it quadratic.
  static constexpr std::size_t slice = std::size_t{16} << 10;

  bool append(std::string_view part);
  resp_reply next();
  bool is_broken() const noexcept;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
