#pragma once

#include <string>

struct ssl_ctx_st;

namespace atrium {

/// Where a certificate chain and its key are, in PEM.
struct tls_identity {
  const std::string& prefix; ///< Of the options `-cert` and `-key`, for errors.
  const std::string& cert;
  const std::string& key;
};

/// Reads them into a context, of a client or of a server. Returns what is
/// wrong, or nothing. Blocks, though not for a pipe or a pass phrase.
std::string load_tls_identity(ssl_ctx_st& to, const tls_identity& from);

/// Returns whether a path leads to a pipe: OpenSSL would wait for somebody who
/// writes to it.
bool is_pipe(const std::string& path);

} // namespace atrium
