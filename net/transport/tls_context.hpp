#pragma once

#include "atrium/net/transport/tls_options.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace atrium {

/// The certificate and key with which a node proves who it is, and the rules of
/// its TLS connections: version 1.2 or 1.3, forward secrecy, authenticated
/// ciphers (the "intermediate" set of RFC 9325 and Mozilla's guideline), no
/// renegotiation, no compression.
class tls_context {
public:
  /// Reads the files. Null without them, and null with `error` set when they
  /// cannot be read or do not fit. Blocks.
  static std::shared_ptr<tls_context> load(const tls_options& from,
                                           std::string& error);

  explicit tls_context(std::shared_ptr<ssl_ctx_st> first)
    : current_(std::move(first)) {
    // nop
  }

  /// For a new connection. Any thread.
  std::shared_ptr<ssl_ctx_st> current() const {
    return current_.load();
  }

  /// Reads these files, and changes nothing yet: returns what puts them into
  /// effect for connections to come, or null and `error`. Blocks.
  std::function<void()> prepare(const tls_options& from, std::string& error);

private:
  std::atomic<std::shared_ptr<ssl_ctx_st>> current_;
};

/// Returns what is wrong with the options, or nothing; reads no files.
std::string check_tls(const tls_options& from);

} // namespace atrium
