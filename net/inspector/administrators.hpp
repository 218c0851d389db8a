#pragma once

#include "atrium/net/http/http_routes.hpp"

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
  static std::shared_ptr<administrators> load(const options& from,
                                              std::string& error);

  /// Without a token.
  explicit administrators(const options& from) : from_(from) {
    // nop
  }

  /// Returns what to answer to a request that may not change anything, or
  /// nothing. Any thread.
  std::optional<http_answer> refuse(const http_request& x) const;

  /// Reads the token anew. Returns what is wrong; then nothing changes. Blocks.
  std::string reload();

private:
  const options from_;
  std::atomic<std::shared_ptr<const std::string>> token_; // null: none
};

} // namespace atrium
