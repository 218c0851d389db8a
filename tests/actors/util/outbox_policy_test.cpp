#define CAF_SUITE outbox_policy_test

#include "atrium/actors/util/outbox_policy.hpp"

#include "support/actor_fixture.hpp"

using namespace atrium;
using namespace atrium::test;

namespace {

// Keeps the frames themselves.
class frame_session final : public client_session {
public:
  std::size_t append(delivery& x) override {
    frames.push_back(x.encoded_by(plain));
    return 1;
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

  std::vector<frame> frames;

private:
  struct plain_encoder final : message_encoder {
    std::string encode(const publication& x) const override {
      return std::string{x.json()};
    }
  };

  plain_encoder plain;
};

} // namespace

CAF_TEST(the longest pattern that fits decides) {
  outbox_policies rules;
  CAF_CHECK_EQUAL(rules.add("ticker:*=latest_only"), "");
  CAF_CHECK_EQUAL(rules.add("ticker:gold*=drop_oldest"), "");
  CAF_CHECK_EQUAL(rules.add("ticker:gold-eur=disconnect"), "");
  CAF_CHECK_EQUAL(rules.add("a=b=drop_oldest"), "");
  CAF_CHECK(rules.find("ticker:silver") == outbox_policy::latest_only);
  CAF_CHECK(rules.find("ticker:gold-usd") == outbox_policy::drop_oldest);
  CAF_CHECK(rules.find("ticker:gold-eur") == outbox_policy::disconnect);
  CAF_CHECK(rules.find("a=b") == outbox_policy::drop_oldest);
  CAF_CHECK(rules.find("lobby") == outbox_policy::disconnect);
}

CAF_TEST(a rule that comes later replaces one for the same pattern) {
  outbox_policies rules;
  rules.add("*=latest_only");
  rules.add("*=drop_oldest");
  CAF_CHECK(rules.find("lobby") == outbox_policy::drop_oldest);
}

CAF_TEST(bad rules are named) {
  outbox_policies rules;
  for (auto bad : {"", "ticker:*", "=latest_only", "ticker:*=", "ticker:*=newest", "latest_only"})
    CAF_CHECK(rules.add(bad).find('\'' + std::string{bad} + '\'') != std::string::npos);
  CAF_CHECK(rules.find("ticker:1") == outbox_policy::disconnect);
}

CAF_TEST_FIXTURE_SCOPE(outbox_policy_tests, node_fixture)

CAF_TEST(messages know their room and its policy) {
  env->limits.edit().outbox_policies.add("ticker:*=latest_only");
  auto out = std::make_shared<frame_session>();
  client ann{sys.spawn<connection>(
               lane_or_none(), connection_setup{env, root, out, 0, {"ann", rights::everything()}}),
             nullptr};
  clients.push_back(ann);
  settle();
  for (auto* room : {"ticker:a", "ticker:b", "lobby"}) {
    join(ann, room);
    publish(ann, room, "1");
  }
  CAF_REQUIRE_EQUAL(out->frames.size(), 3U);
  CAF_CHECK(out->frames[0].policy() == outbox_policy::latest_only);
  CAF_CHECK(out->frames[1].policy() == outbox_policy::latest_only);
  CAF_CHECK(out->frames[0].topic() != out->frames[1].topic());
  CAF_CHECK(out->frames[2].policy() == outbox_policy::disconnect);
}

CAF_TEST_FIXTURE_SCOPE_END()
