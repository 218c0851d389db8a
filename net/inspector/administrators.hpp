#pragma once

#include "atrium/net/http/http_types.hpp"

#include <atomic>
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
  administrators(std::string token_file, bool is_private)
    : token_file_(std::move(token_file)), is_private_(is_private) {
    // nop
  }

  /// Returns what to answer to a request that may not change anything, or
  /// nothing. Any thread.
  std::optional<http_answer> refuse(const http_request& x) const;

  /// Reads the token anew. Returns what is wrong; then nothing changes. Blocks.
  std::string reload();

private:
  const std::string token_file_; // empty: there is none
  const bool is_private_;
  std::atomic<std::shared_ptr<const std::string>> token_; // null: none
};

} // namespace atrium
