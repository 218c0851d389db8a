#include "atrium/net/cli/bench/report.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace atrium::bench {

namespace {

double rounded(double value, int digits) {
  auto scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

} // namespace

void report::add(std::string key, std::string label, double value,
                 std::string unit, int digits) {
  // A run without deliveries divides by zero; JSON has no such number.
  if (!std::isfinite(value))
    value = 0;
  figures_.push_back({std::move(key), std::move(label), rounded(value, digits),
                      std::move(unit), digits});
}

std::string report::text() const {
  auto res = scenario_ + "\n";
  char line[160];
  for (const auto& x : figures_) {
    std::snprintf(line, sizeof(line), "  %-32s %14.*f %s\n", x.label.c_str(),
                  x.digits, x.value, x.unit.c_str());
    res += line;
  }
  for (const auto& note : notes_)
    res += "  ! " + note + "\n";
  return res;
}

std::string report::json() const {
  nlohmann::ordered_json res;
  res["scenario"] = scenario_;
  for (const auto& x : figures_)
    // Programs expect a count to be an integer.
    if (x.digits == 0)
      res[x.key] = std::llround(x.value);
    else
      res[x.key] = x.value;
  res["notes"] = notes_;
  res["good"] = good_;
  return res.dump() + "\n";
}

progress_line::progress_line() : enabled_(::isatty(STDERR_FILENO) != 0) {
  // nop
}

// Clears the line: the report that follows on stdout may be on the same
// terminal.
progress_line::~progress_line() {
  if (shown_)
    std::fputs("\r\033[K", stderr);
}

void progress_line::show(std::string_view text) {
  if (!enabled_)
    return;
  shown_ = true;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()),
               text.data());
}

} // namespace atrium::bench
