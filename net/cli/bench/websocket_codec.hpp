#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace atrium::bench {

enum class opcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

/// A frame from the server; the payload lives as long as the bytes it was
/// read from.
struct server_frame {
  opcode code = opcode::text;
  std::string_view payload;
};

/// Appends a client's frame. Its masking key is always zero: that is valid on
/// the wire and leaves the payload as it is, so masking costs nothing here;
/// the server cannot know and has to unmask.
void append_frame(std::string& out, opcode code, std::string_view payload);

/// Returns a request to upgrade; the key is the one of RFC 6455's example.
std::string upgrade_request(std::string_view host, std::string_view target);

/// The answer to a request to upgrade.
struct upgrade_reply {
  std::size_t size = 0; ///< Bytes of the head; 0 while it is incomplete.
  int status = 0;       ///< 101 only if the server took the upgrade correctly.
};

/// Reads the head of an answer; a head that never ends has status 0 and a size.
upgrade_reply read_upgrade_reply(std::string_view bytes);

/// How far a frame at the front of some bytes has come.
struct frame_extent {
  enum class state { incomplete, complete, invalid } is = state::incomplete;
  std::size_t header = 0;
  std::size_t payload = 0;
};

frame_extent measure_frame(std::string_view bytes);

/// Cuts a stream of bytes into a server's frames. Copies only the tail of a
/// frame whose rest has not arrived yet.
class frame_reader {
public:
  /// Calls `handle(server_frame)` for each complete frame until it returns
  /// false. Returns false if the bytes are not what a server may send: only
  /// unmasked and unfragmented frames are known.
  template <class Handler>
  bool feed(std::string_view bytes, Handler&& handle) {
    if (rest_.empty())
      return cut(bytes, handle, [this](auto tail) { rest_ = tail; });
    rest_ += bytes;
    return cut(rest_, handle, [this](auto tail) {
      rest_.erase(0, rest_.size() - tail.size());
    });
  }

  void clear() {
    rest_.clear();
  }

private:
  template <class Handler, class Keep>
  bool cut(std::string_view bytes, Handler& handle, Keep&& keep) {
    while (!bytes.empty()) {
      auto extent = measure_frame(bytes);
      if (extent.is == frame_extent::state::invalid)
        return false;
      if (extent.is == frame_extent::state::incomplete)
        break;
      auto code = static_cast<opcode>(bytes[0] & 0x0F);
      auto payload = bytes.substr(extent.header, extent.payload);
      bytes.remove_prefix(extent.header + extent.payload);
      if (!handle(server_frame{code, payload}))
        break;
    }
    keep(bytes);
    return true;
  }

  std::string rest_;
};

} // namespace atrium::bench
