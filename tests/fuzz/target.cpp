// What comes by HTTP before anybody knows who it is: targets of the inspector, percent
// encoding, X-Forwarded-For and the PROXY protocol.

#include "atrium/broker/util/percent.hpp"
#include "atrium/net/admission/trusted_proxies.hpp"
#include "atrium/net/http/proxy_header.hpp"
#include "atrium/net/inspector/inspect_target.hpp"

#include "property.hpp"

#include <algorithm>

using namespace atrium;
using fuzz::require;

namespace {

void check_percent(std::string_view text) {
  require(decode_percent(encode_percent(text), false) == text, "what is encoded is decoded");
  auto plain = decode_percent(text, false);
  require(!plain || plain->size() <= text.size(), "decoding adds nothing");
}

void check_target(std::string_view text) {
  auto x = inspect_target::parse(text);
  if (!x)
    return;
  std::size_t letters = 0;
  for (auto& part : x->path()) {
    require(!part.empty(), "no part is empty");
    letters += part.size();
  }
  require(letters <= text.size(), "the parts are parts of the target");
  require(x->number("limit", 7, 500) <= 500, "a number is within its bound");
  require(x->text("q").size() <= text.size(), "so is a text");
}

void check_proxies(std::string_view text) {
  static const trusted_proxies proxies{{"10.0.0.0/8", "2001:db8::/32"}};
  auto stranger = boost::asio::ip::make_address("192.0.2.1");
  require(proxies.client_of(stranger, text) == stranger, "strangers are not believed");
  auto proxy = boost::asio::ip::make_address("10.0.0.1");
  auto forged = std::string{text} + ", 192.0.2.7";
  require(proxies.client_of(proxy, forged).to_string() == "192.0.2.7",
          "what stands in front of the last entry counts for nothing");
}

void check_proxy_header(std::string_view text) {
  using state = proxy_header::state;
  auto whole = proxy_header::read(text);
  require(whole.size <= proxy_header::longest, "a header is short");
  require((whole.is == state::broken) == !whole.flaw.empty(), "what is broken has a flaw");
  require(whole.is == state::complete || !whole.client, "only a whole header names a client");
  if (whole.is == state::incomplete)
    require(text.size() < proxy_header::longest, "a header is judged within its bound");
  // However the bytes are cut, the same header comes of them.
  for (std::size_t n = 0; n < std::min(text.size(), proxy_header::longest); ++n) {
    auto part = proxy_header::read(text.substr(0, n));
    if (part.is == state::complete)
      require(whole.is == state::complete && part.size == whole.size && n >= part.size
                && part.client == whole.client,
              "what follows a header changes nothing");
    else if (part.is == state::broken)
      require(whole.is == state::broken, "what is broken stays so");
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  check_percent(text);
  check_target(text);
  check_proxies(text);
  check_proxy_header(text);
  check_network(std::string{text});
  return 0;
}
