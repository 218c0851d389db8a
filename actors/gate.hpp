#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace atrium {

/// The bound of a queue whose two ends are on different threads: who puts
/// something in takes places first, who has handled it gives them back. CAF's
/// mailboxes have no bound of their own.
class gate {
public:
  explicit gate(std::size_t places) : places_(places) {
    // nop
  }

  /// Takes `n` places; false, and none taken, when they are not free. A single
  /// put larger than the whole gate is let into an empty queue.
  bool try_enter(std::size_t n) {
    auto taken = taken_.load(std::memory_order_relaxed);
    do {
      if (taken != 0 && taken + n > places_)
        return false;
    } while (!taken_.compare_exchange_weak(taken, taken + n,
                                           std::memory_order_relaxed));
    return true;
  }

  /// Gives `n` places back.
  void leave(std::size_t n) {
    taken_.fetch_sub(n, std::memory_order_relaxed);
  }

  std::size_t taken() const {
    return taken_.load(std::memory_order_relaxed);
  }

private:
  const std::size_t places_;
  std::atomic<std::size_t> taken_ = 0;
};

/// How much waits in all queues of one kind, for operators. No bound; not for
/// what only passes through lanes, which would share it.
using backlog = std::atomic<std::size_t>;

/// Places of a gate that give themselves back with the last copy, also when the
/// message that carries them is thrown away with its receiver.
class gate_ticket {
public:
  gate_ticket() = default;

  /// Adopts `n` places that were entered before.
  gate_ticket(std::shared_ptr<gate> from, std::size_t n)
    : hold_(from.get(), [from, n](gate* g) { g->leave(n); }) {
    // nop
  }

  /// The same, for places that `sum` counts from now on as well.
  gate_ticket(std::shared_ptr<gate> from, std::size_t n,
              std::shared_ptr<backlog> sum)
    : hold_(from.get(), [from, n, sum](gate* g) {
        g->leave(n);
        sum->fetch_sub(n, std::memory_order_relaxed);
      }) {
    sum->fetch_add(n, std::memory_order_relaxed);
  }

private:
  std::shared_ptr<gate> hold_;
};

} // namespace atrium
