#pragma once

#include "atrium/actors/lane_counters.hpp"

#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// One metric of a name, with or without a label.
struct sample {
  double value = 0;
  std::string_view label = {}; ///< Its value; the family has its name.
};

/// The metrics of one scrape, in Prometheus' own terms.
class family_list {
public:
  /// A name and what it means.
  struct about {
    std::string_view name;
    std::string_view help;
    std::string_view label = {}; ///< Name of the label, if there is one.
  };

  void counter(const about& what, const std::vector<sample>& values);

  void gauge(const about& what, const std::vector<sample>& values);

  /// One histogram, summed over `parts`; called again with the same name it
  /// adds a metric with another label.
  void histogram(const about& what, std::string_view label,
                 const std::vector<const latency_histogram*>& parts);

  /// Returns everything in the text format of Prometheus, version 0.0.4.
  std::string text() const;

private:
  prometheus::MetricFamily& family(const about& what,
                                   prometheus::MetricType type);

  std::vector<prometheus::MetricFamily> families_;
};

} // namespace atrium
