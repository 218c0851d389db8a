#pragma once

#include "atrium/net/http/http_types.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace atrium {

/// Who may change something through the internal listener: whoever shows the
/// token of `--admin-token-file`. Without one nobody, unless only this machine
/// can reach the listener.
class administrators {
public:
  /// Reads the token. Null and `error` set if that fails. Blocks.
  /// `is_private`: only this machine can reach the listener.
  static std::shared_ptr<administrators>
  load(const std::string& token_file, bool is_private, std::string& error);

  /// Without a token.
  explicit administrators(bool is_private) : is_private_(is_private) {
    // nop
  }

  /// Returns what to answer to a request that may not change anything, or
  /// nothing. Any thread.
  std::optional<http_answer> refuse(const http_request& x) const;

  /// Reads the token, and changes nothing yet: returns what puts the token into
  /// effect, or null and `error`. Without a file there is no token. Blocks.
  std::function<void()> prepare(const std::string& token_file,
                                std::string& error);

private:
  const bool is_private_;
  std::atomic<std::shared_ptr<const std::string>> token_; // null: none
};

} // namespace atrium
