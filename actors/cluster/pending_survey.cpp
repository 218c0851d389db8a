#include "atrium/actors/cluster/pending_survey.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace atrium {

namespace {

void add_error(std::string& to, std::string_view x) {
  if (!to.empty() && !x.empty())
    to += "; ";
  to += x;
}

} // namespace

bool pending_survey::add(survey_result::row answer) {
  auto size = answer.json.size();
  auto run = answer.run;
  if (!answers_.emplace(std::move(run), std::move(answer)).second)
    return false;
  bytes_ += size;
  return true;
}

bool pending_survey::is_complete() const {
  if (!only_.empty() && has_answered(only_))
    return true;
  if (!nodes_ || (only_.empty() && !has_answered(own_run_)))
    return false;
  // A listing that may be out of date does not show that a node is not there.
  if (!only_.empty() && !nodes_->error.empty() && !unsent_)
    return false;
  return unsent_ || std::ranges::all_of(nodes_->nodes, [&](const node_row& x) {
           return !is_asked(x) || x.silent || has_answered(x.report.run);
         });
}

survey_result pending_survey::finish() {
  survey_result result;
  // One that is asked alone and has answered: what the others are does not
  // matter, nor whether the registry says it in time.
  auto is_answered = !only_.empty() && has_answered(only_);
  if (nodes_ && !is_answered) {
    result.silent = missing();
    result.error = nodes_->error;
  } else if (!is_answered) {
    result.error = "the registry of nodes does not answer";
  }
  if (unsent_)
    add_error(result.error, "the bus has not taken the survey");
  for (auto& [run, row] : answers_)
    result.answers.push_back(std::move(row));
  std::ranges::stable_sort(result.answers, {}, &survey_result::row::node);
  return result;
}

// Who has not answered. One that is silent is not missing if it runs again
// under the same name and has answered.
std::vector<std::string> pending_survey::missing() const {
  std::set<std::string> present;
  for (auto& [run, x] : answers_)
    present.insert(x.node);
  std::set<std::string> result;
  for (auto& x : nodes_->nodes)
    if (is_asked(x) && !has_answered(x.report.run)
        && !(x.silent && present.count(x.report.node) != 0))
      result.insert(x.report.node);
  return {result.begin(), result.end()};
}

} // namespace atrium
