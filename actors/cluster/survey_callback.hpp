#pragma once

#include "atrium/actors/cluster/survey_result.hpp"
#include "atrium/actors/util/permit.hpp"

#include <functional>
#include <memory>

namespace atrium {

/// Who waits for an answer. Told exactly once: when the last copy goes at the
/// latest, then that the node stops.
class survey_callback {
public:
  using function = std::function<void(survey_result)>;

  survey_callback() = default;

  survey_callback(function f, permit held);

  void tell(survey_result x) const;

private:
  struct state;

  std::shared_ptr<state> state_;
};

} // namespace atrium
