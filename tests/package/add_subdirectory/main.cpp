#include "atrium/broker/util/random_id.hpp"

#include <cstdio>

int main() {
  auto id = atrium::make_ulid(atrium::unix_time{});
  std::puts(id.c_str());
  return id.size() == 26 ? 0 : 1;
}
