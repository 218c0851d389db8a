#include "atrium/net/cli/bench/run_bench.hpp"
#include "atrium/net/cli/inspect/run_inspect.hpp"
#include "atrium/net/cli/run_check_config.hpp"
#include "atrium/net/cli/run_default_config.hpp"
#include "atrium/net/cli/run_token.hpp"
#include "atrium/net/run_node.hpp"

#include <cstdio>
#include <string_view>

namespace {

constexpr auto usage
  = R"(A messaging node where every connection, room and user is an actor.
Usage: atrium COMMAND [OPTION...]

Commands:
  node            run a node; also without a command: atrium --listen ...
  inspect         look into a running node; disconnect and publish
  token           print a signed token, for tests and for a first try
  check-config    say whether the options of a node are sound, and print them
  default-config  print a file with all options, explained and commented out
  bench           put load on a node and measure it

atrium COMMAND --help explains the options of a command.
)";

} // namespace

int main(int argc, char** argv) {
  std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "bench")
    return atrium::run_bench(argc - 1, argv + 1);
  if (command == "inspect")
    return atrium::run_inspect(argc - 1, argv + 1);
  if (command == "token")
    return atrium::run_token(argc - 1, argv + 1);
  if (command == "check-config")
    return atrium::run_check_config(argc - 1, argv + 1);
  if (command == "default-config")
    return atrium::run_default_config(argc - 1, argv + 1);
  // `node` may be left out, so all other words are the node's arguments; its
  // parser answers a command that is misspelt.
  if (command != "--help" && command != "-h" && command != "help")
    return atrium::run_node(argc, argv);
  std::fputs(usage, stdout);
  return 0;
}
