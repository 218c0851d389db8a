// Runs the suites of CAF's test framework. Each test runs in a process of its
// own, so that an abort (a failed CAF_REQUIRE or expect(), an uncaught
// exception, the watchdog) costs that test and not the whole run. What a test
// writes is shown only if it fails.

#define CAF_TEST_NO_MAIN
#include <caf/test/unit_test_impl.hpp>

#include <cstdio>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using caf::test::engine;

struct arguments {
  bool list = false;
  std::string suite; // empty: all
  std::string test;  // empty: all
  int max_runtime = 30;
};

bool parse(int argc, char** argv, arguments& out) {
  for (int i = 1; i < argc; ++i) {
    std::string_view flag = argv[i];
    if (flag == "--list") {
      out.list = true;
      continue;
    }
    if (++i == argc)
      return false;
    if (flag == "--suite")
      out.suite = argv[i];
    else if (flag == "--test")
      out.test = argv[i];
    else if (flag == "--max-runtime")
      out.max_runtime = std::stoi(argv[i]);
    else
      return false;
  }
  return true;
}

/// Returns a filter for the engine that selects exactly `name`.
std::string exactly(const std::string& name) {
#if defined(__clang__) && !defined(_LIBCPP_VERSION)
  return name; // there the filter is a list of plain names
#else
  std::string res = "^";
  for (auto c : name) {
    if (std::string_view{"^$\\.*+?()[]{}|"}.find(c) != std::string_view::npos)
      res += '\\';
    res += c;
  }
  return res + "$";
#endif
}

/// Runs one test and never returns; all output goes to `log`.
[[noreturn]] void run_here(const std::string& suite, const std::string& test, std::FILE* log) {
  constexpr int everything = 4; // else failed checks are not written
  ::dup2(::fileno(log), STDOUT_FILENO);
  ::dup2(::fileno(log), STDERR_FILENO);
  auto passed = engine::run(false, "", everything, 0, exactly(suite), "", exactly(test), "");
  std::fflush(nullptr);
  ::_exit(passed ? 0 : 1);
}

/// Prints `log` without the checks that have passed.
void print(std::FILE* log) {
  char line[4096];
  std::rewind(log);
  while (std::fgets(line, sizeof(line), log))
    if (!std::string_view{line}.starts_with("** "))
      std::fputs(line, stdout);
}

/// Runs one test in a process of its own and returns whether it has passed.
bool run(const std::string& suite, const std::string& test) {
  auto log = std::tmpfile();
  std::fflush(nullptr); // or the child would print it again
  auto child = ::fork();
  if (child == 0)
    run_here(suite, test, log);
  int status = 0;
  auto passed = child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status)
                && WEXITSTATUS(status) == 0;
  if (!passed)
    print(log);
  std::fclose(log);
  return passed;
}

/// Runs or lists what `args` selects; returns whether all went well.
bool run_all(const arguments& args) {
  int passed = 0;
  int failed = 0;
  for (const auto& suite : engine::available_suites()) {
    if (!args.suite.empty() && suite != args.suite)
      continue;
    for (const auto& test : engine::available_tests(suite)) {
      if (!args.test.empty() && test != args.test)
        continue;
      auto good = args.list || run(suite, test);
      auto mark = args.list ? "" : good ? "ok   " : "FAIL ";
      std::printf("%s%s/%s\n", mark, suite.c_str(), test.c_str());
      ++(good ? passed : failed);
    }
  }
  if (!args.list)
    std::printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 && passed > 0; // to run nothing is a failure, too
}

} // namespace

int main(int argc, char** argv) {
  arguments args;
  if (!parse(argc, argv, args)) {
    std::fprintf(stderr,
                 "usage: %s [--list] [--suite NAME] [--test NAME] "
                 "[--max-runtime SECONDS]\n",
                 argv[0]);
    return 2;
  }
  char* engine_argv[] = {argv[0], nullptr};
  engine::args(1, engine_argv);
  engine::path(argv[0]);
  engine::max_runtime(args.max_runtime);
  return run_all(args) ? 0 : 1;
}
