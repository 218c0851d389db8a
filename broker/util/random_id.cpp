#include "atrium/broker/util/random_id.hpp"

#include <cstdint>
#include <random>
#include <string_view>

namespace atrium {

namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view crockford_lower = "0123456789abcdefghjkmnpqrstvwxyz";

// One generator per thread: ids are made on every lane, and a lock there would
// be the only one on the way of a message.
std::mt19937_64& generator() {
  thread_local std::mt19937_64 engine = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64{seed};
  }();
  return engine;
}

void append_random(std::string& out, std::size_t length,
                   std::string_view alphabet) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < length; ++i) {
    if (i % 12 == 0) // of 64 bits 60 are used
      bits = generator()();
    out.push_back(alphabet[bits & 31U]);
    bits >>= 5U;
  }
}

} // namespace

std::string make_ulid(unix_time now) {
  constexpr unsigned time_characters = 10;
  constexpr std::size_t random_characters = 16;
  // Ten characters have 50 bits, two more than the time of a ULID.
  auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
  std::string result;
  result.reserve(time_characters + random_characters);
  for (auto i = time_characters; i-- > 0;)
    result.push_back(crockford[ms >> (5 * i) & 31U]);
  append_random(result, random_characters, crockford);
  return result;
}

std::string make_random_id(std::size_t length) {
  std::string result;
  result.reserve(length);
  append_random(result, length, crockford_lower);
  return result;
}

} // namespace atrium
