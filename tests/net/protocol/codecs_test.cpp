#define CAF_SUITE codecs_test

#include "atrium/net/protocol/client_codec.hpp"
#include "atrium/net/websocket/framing.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::literals;

namespace {

/// Another protocol, of which only messages matter here; counts them.
class short_codec final : public client_codec {
public:
  std::string_view subprotocol() const override {
    return "short";
  }
  parsed parse(std::string_view) const override {
    return failure{};
  }
  std::string text_of(const reply&) const override {
    return "reply";
  }
  std::string text_of(const welcome&, const protocol::node_settings&, unix_time) const override {
    return "welcome";
  }
  std::string closing_text(close_code, std::string_view, std::chrono::milliseconds) const override {
    return "closing";
  }
  std::string_view text_of(const publication& x, std::string& scratch) const override {
    ++count;
    scratch = std::string{x.about().from->user} + ':' + std::string{x.data()};
    return scratch;
  }

  mutable int count = 0;
};

/// Counts what Atrium's own codec would be asked for.
class counted_encoder final : public message_encoder {
public:
  std::string encode(const publication& x) const override {
    ++count;
    return atrium_over_websocket().encode(x);
  }

  mutable int count = 0;
};

/// A session whose client speaks what it is given.
class speaking_session final : public client_session {
public:
  explicit speaking_session(const message_encoder& speaks) : speaks_(speaks) {
    // nop
  }
  std::size_t append(delivery& x) override {
    auto& content = x.encoded_by(speaks_);
    seen.emplace_back(content.bytes());
    return content.bytes().size();
  }
  void open(const welcome&) override {
    // nop
  }
  void answer(const reply&) override {
    // nop
  }
  void push(const reply&) override {
    // nop
  }
  void last_until(unix_time) override {
    // nop
  }
  void close(close_code, std::string_view, std::chrono::milliseconds) override {
    // nop
  }

  lines seen;

private:
  const message_encoder& speaks_;
};

struct fixture : node_fixture {
  std::shared_ptr<speaking_session> enter(const message_encoder& speaks, std::size_t lane) {
    auto out = std::make_shared<speaking_session>(speaks);
    connection_setup setup{env, root, out, lane, {"guest", rights::everything()}};
    client who{sys.spawn<connection>(lane_or_none(), setup), nullptr};
    clients.push_back(who);
    settle();
    join(who, "r");
    return out;
  }

  short_codec brief;
  websocket_encoder brief_encoder{brief};
  counted_encoder usual;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(codecs_tests, fixture)

CAF_TEST(a message is encoded once for each protocol of its receivers) {
  std::vector<std::shared_ptr<speaking_session>> usual_ones;
  std::vector<std::shared_ptr<speaking_session>> brief_ones;
  for (std::size_t i = 0; i < 10; ++i) {
    usual_ones.push_back(enter(usual, i % 2));
    brief_ones.push_back(enter(brief_encoder, i % 2));
  }
  auto ann = connect("ann");
  join(ann, "r");
  publish(ann, "r", "[1]");
  CAF_CHECK_EQUAL(usual.count, 1);
  CAF_CHECK_EQUAL(brief.count, 1);
  for (auto& x : brief_ones)
    CAF_CHECK_EQUAL(x->seen, lines{text_frame("ann:[1]")});
  for (auto& x : usual_ones) {
    CAF_REQUIRE_EQUAL(x->seen.size(), 1U);
    CAF_CHECK(x->seen[0].find(R"("data":[1]})") != std::string::npos);
  }
}

CAF_TEST(nothing is encoded for a protocol without receivers) {
  enter(usual, 0);
  auto ann = connect("ann");
  join(ann, "r");
  publish(ann, "r", "1");
  request(ann, send_request{"1", "guest", "2", {}, {}});
  CAF_CHECK_EQUAL(usual.count, 2);
  CAF_CHECK_EQUAL(brief.count, 0);
}

CAF_TEST(broadcasts are encoded once for each protocol as well) {
  for (std::size_t i = 0; i < 4; ++i) {
    enter(usual, i % 2);
    enter(brief_encoder, i % 2);
  }
  auto ann = connect("ann");
  request(ann, broadcast_request{"1", "2", {}, {}});
  CAF_CHECK_EQUAL(usual.count, 1);
  CAF_CHECK_EQUAL(brief.count, 1);
}

CAF_TEST(clients of the own protocol get what nodes send each other) {
  envelope x;
  x.event_id = "e";
  x.to = scope::all;
  x.data = R"({"b":1, "b":2})";
  publication content{x};
  std::string scratch;
  CAF_CHECK_EQUAL(std::string{atrium_codec().text_of(content, scratch)}, to_json(x));
  CAF_CHECK(scratch.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
