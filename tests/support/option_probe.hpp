#pragma once

#include "atrium/net/options/option_table.hpp"
#include "atrium/net/options/parse_options.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace atrium::test {

// Options as a user gives them, and what is to be said of what came out.

using strings = std::vector<std::string>;

/// A file that is gone at the end of the test.
class temporary_file {
public:
  explicit temporary_file(const std::string& text) {
    char path[] = "/tmp/atrium-options-XXXXXX";
    ::close(::mkstemp(path));
    path_ = path;
    std::ofstream{path_} << text;
  }

  ~temporary_file() {
    std::remove(path_.c_str());
  }

  const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

inline parsed_options parse(const strings& flags, const variable_map& variables = {},
                            const option_table& table = {}) {
  std::vector<const char*> argv = {"atrium"};
  for (const auto& flag : flags)
    argv.push_back(flag.c_str());
  return parse_options(static_cast<int>(argv.size()), argv.data(), variables, table);
}

inline parsed_options parse_file(const std::string& text, strings flags = {}) {
  temporary_file file{text};
  flags.insert(flags.end(), {"--config", file.path()});
  return parse(flags);
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline void check_good(const parsed_options& got) {
  CAF_CHECK_EQUAL(got.text, "");
  CAF_CHECK(!got.exit_code.has_value());
}

/// Checks that `got` is an error that begins with its origin.
inline void check_refused(const parsed_options& got, const std::string& origin,
                          const std::string& reason, const std::string& program = "atrium") {
  CAF_CHECK_EQUAL(got.exit_code.value_or(0), 2);
  auto begin = program + ": " + origin + ": ";
  CAF_CHECK_EQUAL(got.text.substr(0, begin.size()), begin);
  if (!contains(got.text, reason))
    CAF_ERROR("expected '" << reason << "' in '" << got.text << "'");
}

} // namespace atrium::test
