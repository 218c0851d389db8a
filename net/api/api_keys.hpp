#pragma once

#include "atrium/net/http/http_types.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atrium {

/// What a key may be used for; combined by `|`.
enum api_right : unsigned {
  api_publish_right = 1, ///< Send messages.
  api_read_right = 2,    ///< Ask what there is.
  api_manage_right = 4,  ///< Act on connections, rooms and histories.
  all_api_rights = 7,
};

/// Who may use the API: whoever shows a key of `--api-key-file`. Without a file
/// everybody on this machine, if no other can reach the listener.
class api_keys {
public:
  /// Reads the file. Null and `error` set if that fails. Blocks. `is_private`:
  /// only this machine can reach the API.
  static std::shared_ptr<api_keys> load(const std::string& file,
                                        bool is_private, std::string& error);

  /// Without keys.
  explicit api_keys(bool is_private) : is_private_(is_private) {
    // nop
  }

  /// Returns the rights of who sends `x`; nothing if nobody knows them.
  /// Compares with all keys, in a time that tells nothing of them. Any thread.
  std::optional<unsigned> rights_of(const http_request& x) const;

  /// Reads the file, and changes nothing yet: returns what puts its keys into
  /// effect, or null and `error`. Without a file there are no keys. Blocks.
  std::function<void()> prepare(const std::string& file, std::string& error);

private:
  using digest = std::array<unsigned char, 32>; // SHA-256

  struct entry {
    std::string name;
    digest key{};
    unsigned rights = 0;
  };

  using entries = std::vector<entry>;

  static digest digest_of(std::string_view key);
  static std::string read_line(std::string_view line, entries& to);
  static std::string read_all(std::string_view text, entries& to);

  const bool is_private_;
  std::atomic<std::shared_ptr<const entries>> keys_; // null: no file
};

} // namespace atrium
