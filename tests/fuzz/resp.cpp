// The reader of Redis replies: however the bytes are cut, the replies are the
// same, each of them is whole, and hiredis alone finds them as well.

#include "atrium/broker/redis/resp.hpp"

#include "../support/hiredis_replies.hpp"
#include "property.hpp"

#include <algorithm>
#include <vector>

using namespace atrium;
using atrium::test::by_hiredis;
using atrium::test::show;
using atrium::test::shown_replies;
using fuzz::require;

namespace {

/// Returns how many nodes the value at the front has; 0 if some are missing.
std::size_t nodes_of_value(resp_reply reply) {
  if (reply.empty())
    return 0;
  std::size_t used = 1;
  auto items = reply.front().type == resp_type::array ? reply.front().value : 0;
  for (; items > 0; --items) {
    auto more = nodes_of_value(reply.subspan(used));
    if (more == 0)
      return 0;
    used += more;
  }
  return used;
}

shown_replies read_in_parts(std::string_view bytes, std::size_t part) {
  shown_replies result;
  resp_reader reader;
  auto keep = [&](resp_reply reply) {
    require(nodes_of_value(reply) == reply.size(), "a reply is one whole value");
    require(!is_message(reply) || reply[0].value == 3, "a message has three items");
    require(!is_not_ready(reply) || is_error(reply), "only an error says: not ready");
    result.replies.push_back(show(reply));
    return true;
  };
  while (!bytes.empty() && !result.broken) {
    auto n = std::min(part, bytes.size());
    result.broken = reader.feed(bytes.substr(0, n), keep) == resp_reader::result::broken;
    bytes.remove_prefix(n);
  }
  return result;
}

// The input, cut at its zeros, as the arguments of a command.
void check_command(std::string_view bytes) {
  std::vector<std::string_view> args;
  while (!bytes.empty())
    args.push_back(fuzz::take_until(bytes, '\0'));
  std::string out;
  append_command_head(out, args.size());
  for (auto x : args)
    append_argument(out, x);
  resp_reader reader;
  std::size_t replies = 0;
  auto result = reader.feed(out, [&](resp_reply reply) {
    ++replies;
    require(reply.size() == args.size() + 1, "as many items as arguments");
    for (std::size_t i = 0; i < args.size(); ++i)
      require(reply[i + 1].text == args[i], "the same arguments");
    return true;
  });
  require(result == resp_reader::result::ok && replies == 1, "a command is one reply");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto bytes = fuzz::as_text(data, size);
  auto whole = read_in_parts(bytes, bytes.size() + 1);
  require(whole == by_hiredis(bytes), "the replies are those of hiredis alone");
  require(whole == read_in_parts(bytes, 1), "cutting changes nothing");
  require(whole == read_in_parts(bytes, 7), "cutting elsewhere changes nothing");
  check_command(bytes);
  return 0;
}
