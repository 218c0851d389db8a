#include "atrium/net/cli/run_default_config.hpp"

#include "atrium/net/options/config_text.hpp"

#include <cstdio>
#include <string_view>

namespace atrium {

namespace {

constexpr auto usage
  = R"(Prints a configuration file: all options of a node, explained and commented out.
Usage: atrium default-config [OPTIONS]

Options:
  -h,--help                   Print this text and end.

For atrium node --config FILE. The file sets nothing as it is; it shows the
default of each option.
)";

} // namespace

int run_default_config(int argc, const char* const* argv) {
  if (argc > 1) {
    std::string_view word = argv[1];
    auto helps = word == "--help" || word == "-h";
    std::fputs(usage, helps ? stdout : stderr);
    return helps ? 0 : 2;
  }
  std::fputs(commented_config({}).c_str(), stdout);
  return 0;
}

} // namespace atrium
