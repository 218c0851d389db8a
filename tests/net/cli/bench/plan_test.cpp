#define CAF_SUITE plan_test

#include "atrium/net/cli/bench/plan.hpp"

#include <caf/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <vector>

using namespace atrium::bench;

namespace {

nlohmann::json planned(const plan_options& load) {
  report out{"plan"};
  plan(load, out);
  return nlohmann::json::parse(out.json());
}

parsed_plan parse(std::vector<const char*> words) {
  words.insert(words.begin(), {"bench", "--plan"});
  return parse_plan(static_cast<int>(words.size()), words.data());
}

bool ends_first(const nlohmann::json& found, const char* what) {
  return found["notes"][0].get<std::string>().find(what) != std::string::npos;
}

} // namespace

CAF_TEST(the_calculation_on_paper_comes_out) {
  // tests/bench/SCALE.md
  plan_options load;
  load.changes = 5'000;
  auto found = planned(load);
  CAF_CHECK_EQUAL(found["reach"], 19.9);
  CAF_CHECK_EQUAL(found["deliveries_per_second"], 1'670'000);
  CAF_CHECK_EQUAL(found["redis_plain_cores"], 0.2);
  CAF_CHECK_EQUAL(found["redis_places_cores"], 0.68);
  CAF_CHECK_EQUAL(found["redis_presence_cores"], 0.03);
  CAF_CHECK_EQUAL(found["masters"], 2);
  CAF_CHECK_EQUAL(found["node_bytes"], 0.61);
  CAF_CHECK(ends_first(found, "places of connections"));
}

CAF_TEST(a_longer_lease_lets_one_master_do) {
  plan_options load;
  load.user_lease = 600;
  auto found = planned(load);
  CAF_CHECK_EQUAL(found["masters"], 1);
  CAF_CHECK_EQUAL(found["redis_places_cores"], 0.07);
  CAF_CHECK(ends_first(found, "\"Redis: publishes\""));
  load.user_lease = 0;
  found = planned(load);
  CAF_CHECK_EQUAL(found["redis_places_cores"], 0.0);
}

CAF_TEST(what_is_kept_costs_more_masters) {
  // net/REDIS.md: a tenth is kept, members on 3 nodes.
  plan_options load;
  load.user_lease = 0;
  load.nodes = 3;
  load.members = 1'000;
  for (auto [publishes, masters] : {std::pair{20e3, 1}, {100e3, 2}, {300e3, 4}, {1e6, 11}}) {
    load.publishes = publishes;
    load.kept = 10;
    auto found = planned(load);
    CAF_CHECK_EQUAL(found["masters"], masters);
  }
}

CAF_TEST(large_rooms_end_at_the_nodes_and_thin_cables_at_the_network) {
  plan_options load;
  load.user_lease = 0;
  load.members = 10'000;
  CAF_CHECK(ends_first(planned(load), "cores of the nodes"));
  load.members = 100;
  load.gbit = 0.1;
  CAF_CHECK(ends_first(planned(load), "network of one master"));
}

CAF_TEST(options_are_read_and_wrong_ones_refused) {
  auto got = parse({"--nodes", "3", "--kept", "10", "--json"});
  CAF_CHECK(!got.exit_code && got.value.nodes == 3 && got.value.kept == 10 && got.value.json);
  CAF_CHECK(got.value.connections == 1'000'000);
  CAF_CHECK_EQUAL(parse({"--kept", "101"}).exit_code.value_or(-1), 2);
  CAF_CHECK_EQUAL(parse({"--nodes", "0"}).exit_code.value_or(-1), 2);
  CAF_CHECK_EQUAL(parse({"fanout"}).exit_code.value_or(-1), 2);
  auto help = parse({"--help"});
  CAF_CHECK_EQUAL(help.exit_code.value_or(-1), 0);
  CAF_CHECK(help.text.find("--user-lease") != std::string::npos);
}
