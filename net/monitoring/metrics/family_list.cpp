#include "atrium/net/monitoring/metrics/family_list.hpp"

#include <prometheus/text_serializer.h>

namespace atrium {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

ClientMetric metric_with(std::string_view name, std::string_view value) {
  ClientMetric result;
  if (!name.empty())
    result.label.push_back({std::string{name}, std::string{value}});
  return result;
}

template <class Duration>
double seconds(Duration x) {
  return std::chrono::duration<double>{x}.count();
}

} // namespace

prometheus::MetricFamily& family_list::family(const about& what,
                                              MetricType type) {
  // In Prometheus' format all lines of a name stand together, under one
  // heading.
  if (families_.empty() || families_.back().name != what.name)
    families_.push_back(
      {std::string{what.name}, std::string{what.help}, type, {}});
  return families_.back();
}

void family_list::counter(const about& what,
                          const std::vector<sample>& values) {
  auto& to = family(what, MetricType::Counter);
  for (auto& x : values) {
    to.metric.push_back(metric_with(what.label, x.label));
    to.metric.back().counter.value = x.value;
  }
}

void family_list::gauge(const about& what, const std::vector<sample>& values) {
  auto& to = family(what, MetricType::Gauge);
  for (auto& x : values) {
    to.metric.push_back(metric_with(what.label, x.label));
    to.metric.back().gauge.value = x.value;
  }
}

void family_list::histogram(
  const about& what, std::string_view label,
  const std::vector<const latency_histogram*>& parts) {
  constexpr auto& bounds = latency_histogram::bounds;
  auto& to = family(what, MetricType::Histogram);
  to.metric.push_back(metric_with(what.label, label));
  auto& x = to.metric.back().histogram;
  // The total is the sum of the buckets, not a counter of its own: lanes go on
  // counting meanwhile, and Prometheus demands that the two agree.
  for (std::size_t i = 0; i <= bounds.size(); ++i) {
    for (auto* part : parts)
      x.sample_count += part->count(i);
    if (i < bounds.size())
      x.bucket.push_back({x.sample_count, seconds(bounds[i])});
  }
  for (auto* part : parts)
    x.sample_sum += seconds(part->sum());
}

std::string family_list::text() const {
  return prometheus::TextSerializer{}.Serialize(families_);
}

} // namespace atrium
