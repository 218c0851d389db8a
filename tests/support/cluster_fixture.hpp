#pragma once

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/broker/memory/memory_bus.hpp"

#include "caf/test/unit_test.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>
// dsl.hpp uses FAIL without defining it
#define FAIL(msg) CAF_FAIL(msg)
#include "caf/test/dsl.hpp"

namespace atrium::test {

/// A registry that says what the test has written into it, at once or later.
class fake_node_registry final : public node_registry {
public:
  void start() override {
    // nop
  }

  void list(std::chrono::milliseconds, answer done) override {
    if (answers)
      done(listing);
    else
      waiting.push_back(std::move(done));
  }

  void stop(std::chrono::milliseconds) override {
    // nop
  }

  node_registry_stats stats() const override {
    return {};
  }

  /// Adds a node called `node` with the run `run`.
  void add(const std::string& node, const std::string& run, bool silent = false) {
    node_row row;
    row.report.node = node;
    row.report.run = run;
    row.silent = silent;
    listing.nodes.push_back(row);
  }

  bool answers = true;
  node_listing listing;
  std::vector<answer> waiting;
};

/// One of several nodes in this process. Its run is its name and an `r`; it
/// answers with its name and the survey's, knows nothing of "nobody", and
/// keeps surveys for "later" until the test answers them.
struct peer {
  peer(caf::actor_system& system, const std::string& node, std::shared_ptr<bus> wire,
       std::shared_ptr<node_registry> registry)
    : env(std::make_shared<environment>()) {
    env->node_id = node;
    env->run_id = node + 'r';
    env->bus = std::move(wire);
    auto status_text = [node] { return "{\"facts\":\"" + node + "\"}"; };
    auto answer = [this](const survey& x, const std::function<void(std::string)>& done) {
      if (x.name == "later")
        return kept.push_back(done);
      if (x.name == "throw")
        throw std::runtime_error{"a defect"};
      done(x.name == "nobody" ? "" : '"' + env->node_id + ' ' + x.kind + ' ' + x.name + '"');
    };
    subject = std::make_unique<cluster>(
      system, nullptr, cluster_setup{env, std::move(registry), status_text, answer});
  }

  std::shared_ptr<environment> env;
  std::vector<std::function<void(std::string)>> kept;
  std::unique_ptr<cluster> subject;
};

/// Three nodes, a, b and c, that share a bus and a registry.
struct cluster_fixture : test_coordinator_fixture<> {
  cluster_fixture() {
    for (auto name : {"a", "b", "c"}) {
      registry->add(name, std::string{name} + 'r');
      peers.emplace(name, std::make_unique<peer>(sys, name, wire, registry));
    }
    sched.run();
  }

  ~cluster_fixture() override {
    peers.clear();
    sched.run();
  }

  peer& at(const std::string& node) {
    return *peers.at(node);
  }

  const environment& counted(const std::string& node) {
    return *at(node).env;
  }

  /// Asks at node a and lets everything happen that does not need time.
  void ask(survey what) {
    at("a").subject->survey_all(std::move(what),
                                [this](survey_result x) { told.push_back(std::move(x)); });
    sched.run();
  }

  /// The same, of the node with this run alone.
  void survey_one(const std::string& run, survey what) {
    at("a").subject->survey_one(run, std::move(what),
                                [this](survey_result x) { told.push_back(std::move(x)); });
    sched.run();
  }

  void pass(std::chrono::milliseconds time) {
    advance_time(time);
    sched.run();
  }

  /// Publishes bytes that no cluster has made.
  void publish(const std::string& channel, std::string bytes) {
    wire->publish(channel, std::make_shared<const std::string>(std::move(bytes)),
                  [](const publish_receipt&) {});
    sched.run();
  }

  /// What a was told last, such as `a="a room x"`; `-` stands for nothing.
  std::vector<std::string> rows() const {
    std::vector<std::string> result;
    for (auto& x : told.back().answers)
      result.push_back(x.node + '=' + (x.json.empty() ? "-" : x.json));
    return result;
  }

  channel_names names{"dev:atrium"};
  std::shared_ptr<memory_bus> wire = std::make_shared<memory_bus>();
  std::shared_ptr<fake_node_registry> registry = std::make_shared<fake_node_registry>();
  std::map<std::string, std::unique_ptr<peer>> peers;
  std::vector<survey_result> told;
};

using lines = std::vector<std::string>;

} // namespace atrium::test
