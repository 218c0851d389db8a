#include "atrium/net/cli/bench/run_bench.hpp"

#include "atrium/net/cli/bench/api_load.hpp"
#include "atrium/net/cli/bench/churn.hpp"
#include "atrium/net/cli/bench/idle.hpp"
#include "atrium/net/cli/bench/parse_bench_options.hpp"
#include "atrium/net/cli/bench/plan.hpp"
#include "atrium/net/cli/bench/presence.hpp"
#include "atrium/net/cli/bench/recover.hpp"
#include "atrium/net/cli/bench/storm.hpp"
#include "atrium/net/cli/bench/traffic.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace atrium {

namespace {

using namespace bench;

std::string run(const bench_options& from, report& out) {
  switch (from.what) {
  case scenario::idle:
    return std::make_unique<idle>(from)->run(out);
  case scenario::churn:
    return std::make_unique<churn>(from)->run(out);
  case scenario::storm:
    return std::make_unique<storm>(from)->run(out);
  case scenario::recover:
    return std::make_unique<recover>(from)->run(out);
  case scenario::presence:
    return std::make_unique<bench::presence>(from)->run(out);
  case scenario::api:
    return std::make_unique<api_load>(from)->run(out);
  default:
    return std::make_unique<traffic>(from)->run(out);
  }
}

int print(const report& from, bool json) {
  std::fputs((json ? from.json() : from.text()).c_str(), stdout);
  return from.good() ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run_plan(int argc, const char* const* argv) {
  auto parsed = parse_plan(argc, argv);
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  report found{"plan"};
  plan(parsed.value, found);
  return print(found, parsed.value.json);
}

} // namespace

int run_bench(int argc, const char* const* argv) {
  if (argc > 1 && std::string_view{argv[1]} == "--plan")
    return run_plan(argc, argv);
  auto parsed = parse_bench_options(argc, argv);
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  // An interrupted run still reports its measurements.
  catch_interrupt();
  report found{to_string(parsed.value.what)};
  if (auto error = run(parsed.value, found); !error.empty()) {
    std::fprintf(stderr, "atrium bench: %s\n", error.c_str());
    return EXIT_FAILURE;
  }
  return print(found, parsed.value.json);
}

} // namespace atrium
