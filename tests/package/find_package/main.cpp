#include "atrium/net/run_node.hpp"

int main(int argc, char** argv) {
  return atrium::run_node(argc, argv);
}
