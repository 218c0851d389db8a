#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace atrium {

/// Small blocks that a thread has given back, for what it takes next. `malloc`
/// remembers seven of a size in its own cache, but a turn of a lane frees a
/// hundred, and each beyond the seven costs it five times as much as one here.
///
/// What is kept is bounded. Every block comes from `malloc`, with the size
/// `size_for`, and may be given to any cache, or to `free`. The addresses are
/// beside the blocks, not in them, so that who writes into a block that was
/// given back does not say where the next one is. A block that is given twice
/// is not noticed, as it would be by `free`. One thread.
class block_cache {
public:
  /// Larger ones are refused.
  static constexpr std::size_t largest = 520;

  /// Returns what to ask `malloc` for: no more than it would use for `size`
  /// anyway: blocks of glibc have 24 bytes, 40, 56 and so on.
  static constexpr std::size_t size_for(std::size_t size) {
    return size > largest ? size : size_of(shelf_of(size));
  }

  block_cache();

  block_cache(const block_cache&) = delete;
  block_cache& operator=(const block_cache&) = delete;

  /// Frees what is there.
  ~block_cache();

  /// Returns a block for `size` bytes; null: there is none.
  void* take(std::size_t size) noexcept {
    if (size > largest)
      return nullptr;
    auto& from = shelves_[shelf_of(size)];
    return from.next == from.first ? nullptr : *--from.next;
  }

  /// Keeps `block`, which was taken for `size` bytes. Returns false if there is
  /// no room: then it is the caller's to free.
  bool give(void* block, std::size_t size) noexcept {
    if (size > largest)
      return false;
    auto& to = shelves_[shelf_of(size)];
    if (to.next == to.last)
      return false;
    *to.next++ = block;
    return true;
  }

  /// How many blocks for `size` bytes it keeps at most.
  static constexpr std::size_t most_for(std::size_t size) {
    return size > largest ? 0 : most_on(shelf_of(size));
  }

private:
  // Slots for blocks of one size; those before `next` have one.
  struct shelf {
    void** first;
    void** next;
    void** last;
  };

  // The first one is for up to 8 bytes, the next one for up to 24, and so on.
  static constexpr std::size_t shelf_of(std::size_t size) {
    return (size + 7) / 16;
  }

  static constexpr std::size_t size_of(std::size_t shelf) {
    return 16 * shelf + 8;
  }

  static constexpr std::size_t most_on(std::size_t shelf) {
    return shelf_bytes / (size_of(shelf) + 8);
  }

  // Four fifths of what `chat` takes at full load come from here; with twice as
  // much it would be three percent more.
  static constexpr std::size_t shelf_bytes = 16'384;

  static constexpr std::size_t shelves = (largest + 7) / 16 + 1;

  static constexpr std::size_t slots = [] {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < shelves; ++i)
      sum += shelf_bytes / (16 * i + 16);
    return sum;
  }();

  std::array<shelf, shelves> shelves_;
  std::array<void*, slots> slots_; // not set before they are used
};

} // namespace atrium
