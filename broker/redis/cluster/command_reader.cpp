#include "atrium/broker/redis/cluster/command_reader.hpp"

#include <charconv>

namespace atrium {

namespace {

class cursor {
public:
  explicit cursor(std::string_view bytes) noexcept : rest_(bytes) {
    // nop
  }

  // Reads a line of `kind` and a number.
  bool number(char kind, std::size_t& to) noexcept {
    if (rest_.empty() || rest_.front() != kind)
      return false;
    auto end = rest_.data() + rest_.size();
    auto [digits_end, error] = std::from_chars(rest_.data() + 1, end, to);
    if (error != std::errc{} || end - digits_end < 2)
      return false;
    rest_ = {digits_end + 2, static_cast<std::size_t>(end - digits_end - 2)};
    return true;
  }

  bool argument(std::string_view& to) noexcept {
    std::size_t size = 0;
    if (!number('$', size) || rest_.size() < 2 || rest_.size() - 2 < size)
      return false;
    to = rest_.substr(0, size);
    rest_.remove_prefix(size + 2);
    return true;
  }

  std::size_t left() const noexcept {
    return rest_.size();
  }

private:
  std::string_view rest_;
};

} // namespace

command_extent read_command(std::string_view bytes) noexcept {
  cursor in{bytes};
  std::size_t count = 0;
  if (!in.number('*', count))
    return {};
  command_extent result;
  std::size_t at = 1; // where the key stands
  for (std::size_t i = 0; i < count; ++i) {
    std::string_view x;
    if (!in.argument(x))
      return {};
    if (i == 0 && x.starts_with("EVALSHA"))
      at = 3;
    if (i == at) {
      result.has_key = true;
      result.key = x;
    }
  }
  result.size = bytes.size() - in.left();
  return result;
}

} // namespace atrium
