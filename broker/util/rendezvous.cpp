#include "atrium/broker/util/rendezvous.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace atrium {

namespace {

// FNV-1a, by Fowler, Noll and Vo.
constexpr std::uint64_t basis = 14'695'981'039'346'656'037U;
constexpr std::uint64_t prime = 1'099'511'628'211U;

std::uint64_t hash(std::uint64_t from, std::string_view text) {
  for (char c : text)
    from = (from ^ static_cast<unsigned char>(c)) * prime;
  return from;
}

// FNV alone leaves names that end alike close to each other. The finalizer of
// MurmurHash3, by Appleby: each bit of the input changes half of the output.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 33U)) * 0xFF51AFD7ED558CCDU;
  x = (x ^ (x >> 33U)) * 0xC4CEB9FE1A85EC53U;
  return x ^ (x >> 33U);
}

} // namespace

std::uint64_t rendezvous_weight(std::string_view key, std::string_view node) {
  // Mixed in between, or "ab" and "c" would be "a" and "bc".
  return mixed(hash(mixed(hash(basis, node)), key));
}

std::vector<std::string> by_rendezvous(std::string_view key,
                                       std::vector<std::string> nodes,
                                       std::size_t most) {
  std::vector<std::pair<std::uint64_t, std::string>> all;
  all.reserve(nodes.size());
  for (auto& x : nodes) {
    auto weight = rendezvous_weight(key, x);
    all.emplace_back(weight, std::move(x));
  }
  std::ranges::sort(all, std::ranges::greater{});
  std::vector<std::string> result;
  for (auto& x : all)
    if (result.size() < most)
      result.push_back(std::move(x.second));
  return result;
}

} // namespace atrium
