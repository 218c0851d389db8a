#pragma once

#include "atrium/net/options/options.hpp"

#include <atomic>
#include <memory>
#include <string>

struct ssl_ctx_st;

namespace atrium {

/// Where a certificate and its key are, in PEM, and how the options are called
/// that say so.
struct tls_files {
  std::string option; ///< What `-cert` and `-key` are put behind.
  std::string cert;   ///< Empty: no TLS.
  std::string key;
};

/// The files for clients.
tls_files public_tls(const options& from);

/// The files for operators.
tls_files internal_tls(const options& from);

/// The certificate and key with which a node proves who it is, and the rules of
/// its TLS connections: version 1.2 or 1.3, forward secrecy, authenticated
/// ciphers (the "intermediate" set of RFC 9325 and Mozilla's guideline), no
/// renegotiation, no compression.
class tls_context {
public:
  /// Reads the files. Null without them, and null with `error` set when they
  /// cannot be read or do not fit. Blocks.
  static std::shared_ptr<tls_context> load(const tls_files& from,
                                           std::string& error);

  tls_context(tls_files from, std::shared_ptr<ssl_ctx_st> first)
    : from_(std::move(from)), current_(std::move(first)) {
    // nop
  }

  /// For a new connection. Any thread.
  std::shared_ptr<ssl_ctx_st> current() const {
    return current_.load();
  }

  /// Reads the files anew: connections that are open stay as they are. Returns
  /// what is wrong; then nothing changes. Blocks.
  std::string reload();

private:
  const tls_files from_;
  std::atomic<std::shared_ptr<ssl_ctx_st>> current_;
};

/// Returns what is wrong with the options of TLS, or nothing; reads no files.
std::string check_tls(const options& from);

} // namespace atrium
