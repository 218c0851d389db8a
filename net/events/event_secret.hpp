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
  static std::shared_ptr<event_secret> load(const std::string& path,
                                            std::string& error);

  explicit event_secret(std::string key)
    : current_(std::make_shared<const std::string>(std::move(key))) {
    // nop
  }

  /// Reads the file, and changes nothing yet: returns what puts its key into
  /// effect, or null and `error`. Blocks.
  std::function<void()> prepare(const std::string& path, std::string& error);

  /// Returns `sha256=<hex>`, the HMAC-SHA256 of `body` (RFC 2104). Any thread.
  std::string sign(std::string_view body) const;

private:
  std::atomic<std::shared_ptr<const std::string>> current_;
};

} // namespace atrium
