// Channel names: ids of any bytes become names and back, without ambiguity.

#include "atrium/broker/names.hpp"

#include "property.hpp"

using namespace atrium;
using fuzz::require;

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto id = fuzz::as_text(data, size);
  auto name = escape(id);
  require(name.find_first_of(":{}*?[]\\\r\n ") == name.npos, "nothing but the id's own part");
  require(unescape(name) == id, "unescape reverses escape");
  auto meant = unescape(id);
  require(!meant || escape(*meant) == id, "one name for each id");
  channel_names names{"dev:atrium"};
  auto channel = names.room(id);
  require(channel.starts_with("{dev:atrium:room:") && channel.ends_with('}'), "the shape");
  require(channel != names.user(id) && channel != names.all(), "rooms are neither users nor all");
  return 0;
}
