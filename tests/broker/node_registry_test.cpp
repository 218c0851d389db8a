#define CAF_SUITE node_registry_test

#include "atrium/broker/memory/memory_node_registry.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;
using namespace std::chrono_literals;

namespace {

node_info sample() {
  return {"n1", "r1", "0.1.0", 7, 3, 2, 1, 0.25, "127.0.0.1:9080", ""};
}

} // namespace

CAF_TEST(a report is read as it was written) {
  auto text = to_json(sample());
  CAF_CHECK_EQUAL(text, R"({"node":"n1","run":"r1","version":"0.1.0","uptime_s":7,)"
                        R"("connections":3,"rooms":2,"users":1,"load":0.250,)"
                        R"("internal":"127.0.0.1:9080","homes":"","draining":false})");
  auto read = parse_node_info(text);
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(to_json(*read), text);
}

CAF_TEST(a node says that it drains and an older one does not ) {
  auto x = sample();
  x.draining = true;
  auto read = parse_node_info(to_json(x));
  CAF_REQUIRE(read);
  CAF_CHECK(read->draining);
  for (auto text : {R"({"node":"n1"})", R"({"node":"n1","draining":1})",
                    R"({"node":"n1","draining":"true"})", R"({"node":"n1","draining":false})"}) {
    read = parse_node_info(text);
    CAF_REQUIRE(read);
    CAF_CHECK(!read->draining);
  }
}

CAF_TEST(a report of another version loses only what is not understood) {
  auto read = parse_node_info(R"({"node":"n2","rooms":-1,"users":"x","load":1e999,"new":[]})");
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(read->node, "n2");
  CAF_CHECK_EQUAL(read->rooms, 0U);
  CAF_CHECK_EQUAL(read->users, 0U);
  CAF_CHECK_EQUAL(read->load, 0.);
  for (auto broken : {"", "[]", "{", "\"n1\"", "{\"node\":\"\xff\"}"})
    CAF_CHECK(!parse_node_info(broken));
}

CAF_TEST(a silent run goes when its name is back) {
  auto row = [](const char* node, const char* run, bool silent) {
    node_row x;
    x.report.node = node;
    x.report.run = run;
    x.silent = silent;
    return x;
  };
  node_listing x;
  x.nodes = {row("a", "1", true), row("a", "2", true),  row("a", "3", false), row("b", "4", true),
             row("b", "5", true), row("c", "6", false), row("c", "7", false)};
  drop_returned(x);
  std::string runs;
  for (auto& each : x.nodes)
    runs += each.report.run;
  CAF_CHECK_EQUAL(runs, "34567"); // b is not back; c has two who live
}

CAF_TEST(a listing is an object with a row for each node and an error) {
  node_row other;
  other.report.node = "n\"2";
  other.silent = true;
  other.seen_s = 12.5;
  auto listing = list_alone(sample(), "no \"Redis\"");
  listing.nodes.push_back(other);
  CAF_CHECK_EQUAL(
    to_json(listing),
    R"({"nodes":[{"node":"n1","run":"r1","self":true,"silent":false,"seen_s":0.000,)"
    R"("version":"0.1.0","uptime_s":7,"connections":3,"rooms":2,"users":1,)"
    R"("load":0.250,"internal":"127.0.0.1:9080","homes":"","draining":false},)"
    R"({"node":"n\"2","run":"","self":false,"silent":true,"seen_s":12.500,)"
    R"("version":"","uptime_s":0,"connections":0,"rooms":0,"users":0,)"
    R"("load":0.000,"internal":"","homes":"","draining":false}],"error":"no \"Redis\""})");
}

CAF_TEST(a node alone lists itself) {
  memory_node_registry registry{sample};
  registry.start();
  std::vector<node_listing> told;
  registry.list(1s, [&](node_listing x) { told.push_back(std::move(x)); });
  registry.stop(1s);
  CAF_REQUIRE_EQUAL(told.size(), 1U);
  CAF_REQUIRE_EQUAL(told[0].nodes.size(), 1U);
  CAF_CHECK_EQUAL(told[0].nodes[0].report.run, "r1");
  CAF_CHECK(told[0].nodes[0].self);
  CAF_CHECK(!told[0].nodes[0].silent);
  CAF_CHECK_EQUAL(told[0].error, "");
  CAF_CHECK(registry.stats().connected);
}
