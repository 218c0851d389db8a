#pragma once

#include "atrium/actors/cluster/survey_result.hpp"
#include "atrium/broker/node_registry.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// What a survey of this node has brought so far: knows when nobody else will
/// answer, and what the result is then. Pure state, for one thread.
class pending_survey {
public:
  /// Asks the node of the run `only`, or all nodes if that is empty.
  /// `own_run` is that of this node, which answers in any case.
  pending_survey(std::string only, std::string own_run)
    : only_(std::move(only)), own_run_(std::move(own_run)) {
    // nop
  }

  /// The registry has said which nodes there are.
  void take(node_listing nodes) {
    nodes_ = std::move(nodes);
  }

  /// The bus has not taken the survey: nobody else will answer.
  void give_up_others() {
    unsent_ = true;
  }

  /// Adds an answer; returns whether it counts: it is the first of its run.
  bool add(survey_result::row answer);

  /// Whether there is nobody left who might answer.
  bool is_complete() const;

  /// The bytes of all answers.
  std::size_t bytes() const noexcept {
    return bytes_;
  }

  /// Returns the result, and with it the answers.
  survey_result finish();

private:
  bool is_asked(const node_row& x) const {
    return only_.empty() || x.report.run == only_;
  }

  bool has_answered(const std::string& run) const {
    return answers_.count(run) != 0;
  }

  std::vector<std::string> missing() const;

  std::string only_;
  std::string own_run_;
  std::optional<node_listing> nodes_;
  bool unsent_ = false;
  std::map<std::string, survey_result::row> answers_; // by run
  std::size_t bytes_ = 0;
};

} // namespace atrium
