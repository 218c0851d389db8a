#pragma once

#include "atrium/actors/util/lane_counters.hpp"

#include <chrono>
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

/// A number as Prometheus has it: far more than a node counts to in its life
/// fits into a double.
template <class Number>
double value_of(const Number& x) {
  return static_cast<double>(x);
}

template <class Rep, class Period>
double seconds(std::chrono::duration<Rep, Period> x) {
  return std::chrono::duration<double>{x}.count();
}

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
