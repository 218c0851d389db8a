#include "atrium/net/bench/run_bench.hpp"
#include "atrium/net/run_node.hpp"

#include <string_view>

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view{argv[1]} == "bench")
    return atrium::run_bench(argc - 1, argv + 1);
  return atrium::run_node(argc, argv);
}
