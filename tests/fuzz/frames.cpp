// Frames of clients: the same is found however they are cut.

#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/websocket/close_codes.hpp"
#include "atrium/net/websocket/frame_reader.hpp"

#include "property.hpp"
#include "support/frame_events.hpp"

#include <algorithm>
#include <vector>

using namespace atrium;
using fuzz::require;
using test::frame_event;
using found = frame_reader::found;

namespace {

constexpr std::size_t longest = 1'000;

void check(const frame_event& x) {
  if (x.what == found::text)
    require(is_utf8(x.payload) && x.payload.size() <= longest, "a message is text of its bound");
  else
    require(x.payload.size() <= 125, "control frames are short");
  if (x.what == found::close)
    if (auto read = read_close(x.payload); auto* code = std::get_if<std::uint16_t>(&read))
      require(*code == 0 || is_close_code(*code), "a code may be sent");
}

std::vector<frame_event> read(frame_reader& subject, const std::string& bytes, std::size_t most) {
  auto result = test::read_frames(subject, bytes, most);
  for (auto& x : result)
    if (x.what == found::mistake)
      x.payload.clear(); // depends on the cuts, and nobody reads it
    else
      check(x);
  return result;
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string bytes{fuzz::as_text(data, size)};
  frame_reader whole{longest};
  auto expected = read(whole, bytes, bytes.size());
  for (std::size_t most : {1U, 2U, 5U, 8U, 13U, 1'536U}) {
    frame_reader cut{longest};
    auto result = read(cut, bytes, most);
    // What is refused may be refused before something else has come.
    require(result == expected, "it does not matter where bytes are cut");
    require(cut.mistake() == whole.mistake(), "nor for what is wrong");
    require(cut.take_extra_frames() <= size, "frames have bytes");
  }
  return 0;
}
