#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::bench {

/// What a run has found, for people and for machines.
class report {
public:
  explicit report(std::string scenario) : scenario_(std::move(scenario)) {
    // nop
  }

  /// Adds a number with its key in JSON, its label and its unit in the text.
  void add(std::string key, std::string label, double value, std::string unit,
           int digits);

  void add(std::string key, std::string label, std::uint64_t value,
           std::string unit = {}) {
    add(std::move(key), std::move(label), static_cast<double>(value),
        std::move(unit), 0);
  }

  /// Adds a line that a reader should not miss.
  void note(std::string text) {
    notes_.push_back(std::move(text));
  }

  /// Says that the run has failed: messages were lost, for example.
  void fail() {
    good_ = false;
  }

  bool good() const {
    return good_;
  }

  std::string text() const;
  std::string json() const;

private:
  struct figure {
    std::string key;
    std::string label;
    double value;
    std::string unit;
    int digits;
  };

  std::string scenario_;
  std::vector<figure> figures_;
  std::vector<std::string> notes_;
  bool good_ = true;
};

/// A line on stderr that changes once per second, if that is a terminal.
class progress_line {
public:
  progress_line();
  ~progress_line();
  progress_line(const progress_line&) = delete;
  progress_line& operator=(const progress_line&) = delete;

  bool enabled() const {
    return enabled_;
  }

  void show(std::string_view text);

private:
  bool enabled_;
  bool shown_ = false;
};

} // namespace atrium::bench
