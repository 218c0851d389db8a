#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace atrium {

/// The key by which the back end knows that a request is this installation's.
class event_secret {
public:
  /// Reads the file, a line break at the end of which does not count. Null
  /// without one, and null with `error` set when it cannot be read, or has less
  /// than 16 bytes. Blocks.
  static std::shared_ptr<event_secret> load(std::string path,
                                            std::string& error);

  event_secret(std::string path, std::string first)
    : path_(std::move(path)),
      current_(std::make_shared<const std::string>(std::move(first))) {
    // nop
  }

  /// Reads the file anew, and changes nothing yet: returns what puts its key
  /// into effect, or null and `error`. Blocks.
  std::function<void()> prepare(std::string& error);

  /// Does both. Returns what is wrong; then nothing changes. Blocks.
  std::string reload();

  /// Returns `sha256=<hex>`, the HMAC-SHA256 of `body` (RFC 2104). Any thread.
  std::string sign(std::string_view body) const;

private:
  const std::string path_;
  std::atomic<std::shared_ptr<const std::string>> current_;
};

} // namespace atrium
