#define CAF_SUITE event_queue_test

#include "atrium/broker/redis/event_queue.hpp"

#include "caf/test/unit_test.hpp"
#include "support/event_medium.hpp"
#include "support/redis_terms_stub.hpp"
#include "support/resp_nodes.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

struct fixture {
  explicit fixture(std::optional<std::size_t> length = 1000)
    : subject(terms, {channel_names{"n"}, "r", "node", length}, backlog,
              [] { return unix_time{}; }) {
    subject.on_up(now);
    subject.on_script("sha");
    subject.on_lease("r.1");
  }

  // What is written: of a call its verb, number, leases and the letters and
  // fields of its events; else the command.
  lines written() {
    std::string out;
    subject.compose(out, 0, now);
    lines result;
    resp_reader reader;
    reader.feed(out, [&](resp_reply x) {
      result.push_back(x[1].text == "EVALSHA" ? call(x) : plain(x));
      return true;
    });
    return result;
  }

  static std::string plain(resp_reply x) {
    std::string line{x[1].text};
    for (auto& arg : x.subspan(2))
      line.append(" ").append(arg.text);
    return line;
  }

  static std::string call(resp_reply x) {
    auto keys = std::stoul(std::string{x[3].text});
    auto args = x.subspan(4 + keys);
    auto line = std::string{args[0].text}.append(" ").append(args[1].text);
    for (auto& key : x.subspan(8, keys - 4))
      line.append(" ").append(key.text.substr(key.text.rfind(':') + 1));
    if (args[0].text == "reap")
      return line.append(" ").append(args[4].text);
    for (std::size_t i = 5; i < args.size(); i += 4)
      line.append(" ").append(args[i].text).append("=").append(args[i + 1].text);
    return line;
  }

  void listed() {
    resp_node node{resp_type::integer, 1, {}};
    CAF_CHECK_EQUAL(subject.on_reply({&node, 1}, now), "");
  }

  void answered(long long events, const std::string& cursor = "end", const std::string& text = "") {
    array_reply reply{events, cursor, text};
    CAF_CHECK_EQUAL(subject.on_reply(reply, now), "");
  }

  void told(long long events) {
    listed();
    answered(events);
  }

  void failed(std::string_view error) {
    error_reply reply{error};
    CAF_CHECK_EQUAL(subject.on_reply(reply, now), "");
  }

  // The link breaks, and comes back with this lease.
  void reconnect(const std::string& lease) {
    subject.on_lost();
    subject.on_up(now);
    subject.on_script("sha");
    subject.on_lease(lease);
  }

  event_queue::clock::time_point now{1h};
  event_backlog backlog{std::size_t{1} << 20};
  redis_terms_stub terms;
  event_queue subject;
};

const std::string mark = "SADD {n:nodes}:rooms:r.1 e";
const std::string unmark = "SREM {n:nodes}:rooms:r.1 e";

} // namespace

CAF_TEST_FIXTURE_SCOPE(event_queue_tests, fixture)

CAF_TEST(one batch is under way and the next waits for it) {
  CAF_CHECK(written().empty());
  backlog.report(comes("ann", "1"));
  CAF_CHECK_EQUAL(written(), (lines{mark, "tell 1 r.1 c=1"}));
  backlog.report(joins("ann", "1", "x"));
  backlog.report(goes("ann", "1"));
  CAF_CHECK(written().empty());
  told(1);
  CAF_CHECK_EQUAL(written(), (lines{mark, "tell 2 r.1 j=1 x d=1"}));
  told(2);
  CAF_CHECK(subject.is_settled());
}

CAF_TEST(a batch without an answer is repeated under its number) {
  backlog.report(comes("ann", "1"));
  written();
  reconnect("r.1");
  backlog.report(comes("bob", "2"));
  CAF_CHECK_EQUAL(written(), (lines{mark, "tell 1 r.1 c=1"}));
  event_sink_stats counts;
  subject.count(counts);
  CAF_CHECK_EQUAL(counts.repeated, 1u);
  told(1);
  CAF_CHECK_EQUAL(written(), (lines{mark, "tell 2 r.1 c=2"}));
}

CAF_TEST(nothing is written without a lease) {
  backlog.report(comes("ann", "1"));
  subject.on_doubt();
  CAF_CHECK(written().empty());
  subject.on_lease("r.1");
  CAF_CHECK_EQUAL(written().size(), 2u);
}

CAF_TEST(under another lease everything moves before what is new) {
  for (auto* id : {"1", "2"})
    backlog.report(comes("ann", id));
  backlog.report(joins("ann", "2", "a room"));
  backlog.report(goes("ann", "1"));
  written();
  told(4);
  backlog.report(comes("bob", "3"));
  subject.on_lease("r.2");
  auto calls = written();
  CAF_REQUIRE_EQUAL(calls.size(), 2u);
  CAF_CHECK_EQUAL(calls[0], "SADD {n:nodes}:rooms:r.2 e");
  CAF_CHECK(calls[1] == "tell 2 r.2 r.1 c=2 j=2 a room"
            || calls[1] == "tell 2 r.2 r.1 j=2 a room c=2");
  told(0);
  CAF_CHECK_EQUAL(last(written()), "tell 3 r.2 c=3");
}

CAF_TEST(what was told under an earlier lease meanwhile moves too) {
  backlog.report(comes("ann", "1"));
  written();
  subject.on_doubt();
  subject.on_lease("r.2"); // the answer is still to come
  told(1);
  CAF_CHECK_EQUAL(last(written()), "tell 2 r.2 r.1 c=1");
  told(0);
  backlog.report(goes("ann", "1"));
  CAF_CHECK_EQUAL(last(written()), "tell 3 r.2 d=1");
}

CAF_TEST(a repeat under another lease names the earlier one) {
  backlog.report(comes("ann", "1"));
  written();
  reconnect("r.2");
  CAF_CHECK_EQUAL(last(written()), "tell 1 r.2 r.1 c=1");
  told(0);
  CAF_CHECK_EQUAL(last(written()), "tell 2 r.2 r.1 c=1");
  told(0);
  CAF_CHECK(written().empty());
}

CAF_TEST(the dead are reaped slice by slice in turn with events) {
  subject.reap("d.1");
  subject.reap("d.1");
  for (int i = 0; i < 150; ++i)
    backlog.report(comes("u", std::to_string(i)));
  CAF_CHECK_EQUAL(written(), lines{"reap 1 d.1 0"});
  answered(200, "17");
  CAF_CHECK_EQUAL(written().size(), 2u);
  told(100);
  CAF_CHECK_EQUAL(written(), lines{"reap 3 d.1 17"});
  CAF_CHECK(subject.take_reaped().empty());
  answered(3);
  CAF_CHECK_EQUAL(subject.take_reaped(), lines{"d.1"});
  CAF_CHECK_EQUAL(written().size(), 2u);
}

CAF_TEST(a reap without an answer is repeated and then asked for anew) {
  subject.reap("d.1");
  written();
  reconnect("r.1");
  CAF_CHECK_EQUAL(written(), lines{"reap 1 d.1 0"});
  answered(5);
  CAF_CHECK(subject.take_reaped().empty());
  subject.reap("d.1");
  CAF_CHECK_EQUAL(written(), lines{"reap 2 d.1 0"});
  answered(0);
  CAF_CHECK_EQUAL(subject.take_reaped(), lines{"d.1"});
}

CAF_TEST(what Redis refuses is tried again after a pause) {
  backlog.report(comes("ann", "1"));
  written();
  listed();
  failed("OOM command not allowed");
  CAF_CHECK(written().empty());
  CAF_CHECK(!subject.is_settled());
  CAF_REQUIRE(subject.next_tick());
  now = *subject.next_tick();
  subject.tick(now);
  CAF_CHECK_EQUAL(last(written()), "tell 1 r.1 c=1");
  listed();
  failed("NOSCRIPT No matching script");
  CAF_CHECK_EQUAL(last(written()), "tell 1 r.1 c=1");
  told(1);
  CAF_CHECK(subject.is_settled());
}

CAF_TEST(a node of which nothing is left unmarks its lease) {
  backlog.report(comes("ann", "1"));
  backlog.report(goes("ann", "1"));
  written();
  told(2);
  CAF_CHECK(written().empty());
  subject.leave();
  CAF_CHECK(!subject.is_settled());
  CAF_CHECK_EQUAL(written(), lines{unmark});
  listed();
  CAF_CHECK(subject.is_settled());
}

CAF_TEST(a node that leaves somebody behind does not ) {
  backlog.report(comes("ann", "1"));
  written();
  told(1);
  subject.leave();
  CAF_CHECK(subject.is_settled());
  CAF_CHECK(written().empty());
}

CAF_TEST(events that come back wait for room) {
  backlog.report(comes("ann", "1"));
  subject.allow(false);
  CAF_CHECK(written().empty());
  CAF_CHECK(!subject.is_settled());
  subject.allow(true);
  written();
  listed();
  answered(2, "end", "{\"n\":1}\n{\"n\":2}");
  CAF_CHECK_EQUAL(subject.take_told(), (lines{"{\"n\":1}", "{\"n\":2}"}));
  CAF_CHECK(subject.take_told().empty());
}

CAF_TEST(an answer that makes no sense ends the link) {
  backlog.report(comes("ann", "1"));
  written();
  listed();
  array_reply reply{1, "end"};
  CAF_CHECK_NOT_EQUAL(subject.on_reply(reply, now), "");
  CAF_CHECK_NOT_EQUAL(fixture{}.subject.on_reply(reply, now), "");
}

CAF_TEST(what one server of many has lost is repeated at once) {
  backlog.report(comes("ann", "1"));
  written();
  listed();
  failed(lost_answer);
  CAF_CHECK_EQUAL(written(), (lines{mark, "tell 1 r.1 c=1"}));
  told(1);
  subject.reap("d.1");
  CAF_CHECK_EQUAL(written(), lines{"reap 2 d.1 0"});
  failed(lost_answer);
  CAF_CHECK_EQUAL(written(), lines{"reap 2 d.1 0"});
  failed(unreachable_answer);
  CAF_CHECK(written().empty());
  CAF_REQUIRE(subject.next_tick());
  subject.tick(*subject.next_tick());
  CAF_CHECK_EQUAL(written(), lines{"reap 2 d.1 0"});
}

CAF_TEST(a mark that one server of many has not taken is made up for) {
  backlog.report(comes("ann", "1"));
  written();
  failed(lost_answer);
  answered(1);
  CAF_CHECK(!subject.is_settled());
  CAF_CHECK_EQUAL(written(), lines{mark});
  failed(unreachable_answer);
  CAF_CHECK(written().empty());
  subject.tick(*subject.next_tick());
  CAF_CHECK_EQUAL(written(), lines{mark});
  listed();
  CAF_CHECK(subject.is_settled());
  CAF_CHECK(written().empty());
}

CAF_TEST(a server of events that has started anew is told all again) {
  backlog.report(comes("ann", "1"));
  written();
  subject.on_up(now); // another one
  told(1);
  CAF_CHECK(written().empty());
  terms.runs = {{"{n}:events", "run2"}};
  subject.on_up(now);
  CAF_CHECK_EQUAL(written(), (lines{mark, "tell 2 r.1 c=1"}));
  told(1);
  subject.on_up(now);
  CAF_CHECK(written().empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
