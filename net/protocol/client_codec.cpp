#include "atrium/net/protocol/client_codec.hpp"

namespace atrium {

namespace {

class atrium_codec_impl final : public client_codec {
public:
  std::string_view subprotocol() const override {
    return protocol::subprotocol;
  }

  parsed parse(std::string_view text) const override {
    return protocol::parse_request(text);
  }

  std::string text_of(const reply& x) const override {
    return protocol::to_text(x);
  }

  std::string text_of(const welcome& x, const protocol::node_settings& node,
                      unix_time now) const override {
    return protocol::to_text(x, node, now);
  }

  std::string closing_text(close_code code, std::string_view reason,
                           std::chrono::milliseconds after) const override {
    return protocol::closing_text(code, reason, after);
  }

  // Nodes send each other what these clients get, so nobody writes it anew; the
  // place where it is kept is known only once it is there.
  std::string_view text_of(const publication& x,
                           std::string& scratch) const override {
    if (x.offset() == 0 && x.inbox_id().empty())
      return x.json();
    protocol::append_stored(scratch, x);
    return scratch;
  }
};

} // namespace

const client_codec& atrium_codec() {
  static const atrium_codec_impl instance;
  return instance;
}

} // namespace atrium
