#define CAF_SUITE node_life_test

#include "atrium/net/monitoring/node_life.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

CAF_TEST(a node goes from phase to phase) {
  struct expectation {
    node_phase phase;
    bool lets_in;
    bool wants_clients;
  };
  node_life life;
  CAF_CHECK(life.phase() == node_phase::starting);
  for (auto [phase, lets_in, wants_clients] : {expectation{node_phase::running, true, true},
                                               expectation{node_phase::draining, true, false},
                                               expectation{node_phase::stopping, false, false},
                                               expectation{node_phase::stopped, false, false}}) {
    CAF_MESSAGE(to_string(phase));
    CAF_CHECK(life.advance(phase));
    CAF_CHECK(life.phase() == phase);
    CAF_CHECK_EQUAL(life.lets_in(), lets_in);
    CAF_CHECK_EQUAL(life.wants_clients(), wants_clients);
  }
}

CAF_TEST(a node never goes back) {
  node_life life;
  life.advance(node_phase::stopping);
  for (auto earlier :
       {node_phase::starting, node_phase::running, node_phase::draining, node_phase::stopping})
    CAF_CHECK(!life.advance(earlier));
  CAF_CHECK(life.phase() == node_phase::stopping);
}

CAF_TEST(a node that could not start stops at once) {
  node_life life;
  CAF_CHECK(life.advance(node_phase::stopping));
}
