#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace atrium {

/// How much something that was found about a Redis matters.
enum class redis_severity : std::uint8_t {
  note,    ///< Good to know.
  warning, ///< A node works with it, and promises less.
  error,   ///< A node does not work with it.
};

/// One sentence about a Redis, for operators.
struct redis_finding {
  redis_severity severity = redis_severity::note;
  std::string text = {};
};

/// What was found about one address.
class redis_report {
public:
  void note(std::string text) {
    add({redis_severity::note, std::move(text)});
  }

  void warn(std::string text) {
    add({redis_severity::warning, std::move(text)});
  }

  void fail(std::string text) {
    add({redis_severity::error, std::move(text)});
  }

  /// Adds a finding, fit for a terminal: a server may say anything.
  void add(redis_finding x);

  /// Returns all that was found, what matters most first.
  std::vector<redis_finding> worst_first() const;

  bool has_errors() const noexcept;

private:
  std::vector<redis_finding> all_;
};

} // namespace atrium
