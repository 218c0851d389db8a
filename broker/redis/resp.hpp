#pragma once

#include "atrium/broker/redis/resp_reply.hpp"

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace atrium {

/// Returns what an error says, fit for a log: without the arguments of the
/// command, which Redis repeats when it does not know the command.
std::string_view loggable(std::string_view error) noexcept;

/// Returns whether `reply` says "try again later": the server is alive, but it
/// loads its data, is held up by a script or has lost its master.
bool is_not_ready(resp_reply reply) noexcept;

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
    std::size_t lines = 0;
    while (!bytes.empty()) {
      if (is_idle()) {
        lines = 0;
        for (auto reply = take_flat(bytes); !reply.empty();
             reply = take_flat(bytes))
          if (!on_reply(reply))
            return result::stopped;
        if (bytes.empty())
          break;
      }
      auto size = lines++ < most_lines ? line_size(bytes) : slice;
      auto part = bytes.substr(0, size);
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

  // A reply ends with a line: fed line by line the parser is idle behind it,
  // and what follows may be read in place again. Not for long: a text may
  // consist of line ends.
  static constexpr std::size_t most_lines = 16;

  static std::size_t line_size(std::string_view bytes) {
    auto end = bytes.substr(0, slice).find('\n');
    return end == bytes.npos ? slice : end + 1;
  }

  bool is_idle() const noexcept; // the parser has no part of a reply
  resp_reply take_flat(std::string_view& bytes);
  bool append(std::string_view part);
  resp_reply next();
  bool is_broken() const noexcept;

  std::unique_ptr<impl> impl_;
};

} // namespace atrium
