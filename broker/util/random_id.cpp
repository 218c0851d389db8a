#include "atrium/broker/util/random_id.hpp"

#include <algorithm>
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

// Of 64 random bits, so many characters are made.
constexpr std::size_t characters_of_word = 12;

void write_random(char* to, std::size_t length, const char* alphabet) {
  while (length > 0) {
    auto n = std::min(length, characters_of_word);
    auto bits = generator()();
    for (auto end = to + n; to != end; bits >>= 5U)
      *to++ = alphabet[bits & 31U];
    length -= n;
  }
}

} // namespace

std::string make_ulid(unix_time now) {
  constexpr std::size_t time_characters = 10;
  constexpr std::size_t random_characters = 16;
  // Ten characters have 50 bits, two more than the time of a ULID.
  auto ms = static_cast<std::uint64_t>(now.time_since_epoch().count());
  std::string result(time_characters + random_characters, '0');
  for (auto i = time_characters; i-- > 0; ms >>= 5U)
    result[i] = crockford[ms & 31U];
  write_random(result.data() + time_characters, random_characters,
               crockford.data());
  return result;
}

std::string make_random_id(std::size_t length) {
  std::string result(length, '0');
  write_random(result.data(), length, crockford_lower.data());
  return result;
}

} // namespace atrium
