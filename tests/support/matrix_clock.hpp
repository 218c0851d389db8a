#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace atrium::test {

/// What one of `N` knows of the messages between all of them: enough to tell, when one
/// comes, whether it has come twice, or ahead of one that was sent before. (M. Raynal,
/// A. Schiper, S. Toueg: The causal ordering abstraction, 1991.)
template <std::size_t N>
class matrix_clock {
public:
  /// What goes along with a message.
  struct stamp {
    std::size_t from = 0;
    std::array<std::array<std::uint32_t, N>, N> sent{}; // [from][to], before this one
  };

  explicit matrix_clock(std::size_t me) : me_(me) {
    // nop
  }

  stamp send(std::size_t to) {
    stamp x{me_, sent_};
    ++sent_[me_][to];
    return x;
  }

  /// Returns whether it was the turn of this message.
  bool receive(const stamp& x) {
    auto in_turn = got_[x.from] == x.sent[x.from][me_];
    for (std::size_t from = 0; from < N; ++from) {
      in_turn = in_turn && got_[from] >= x.sent[from][me_];
      for (std::size_t to = 0; to < N; ++to)
        sent_[from][to] = std::max(sent_[from][to], x.sent[from][to]);
    }
    ++got_[x.from];
    sent_[x.from][me_] = std::max(sent_[x.from][me_], got_[x.from]);
    return in_turn;
  }

private:
  std::size_t me_;
  std::array<std::uint32_t, N> got_{};
  std::array<std::array<std::uint32_t, N>, N> sent_{};
};

} // namespace atrium::test
