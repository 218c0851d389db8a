#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace atrium {

// Whom a node believes that it talks to, as the client of TLS: version 1.2 at
// least, and a certificate of an authority that it trusts, for the name that
// was asked for.

/// Files of a client of TLS, in PEM; empty: none.
struct tls_trust_files {
  std::string prefix = {}; ///< Of the options `-ca`, `-cert` and `-key`.
  std::string ca = {};     ///< Authorities; empty: those of the machine.
  std::string cert = {};   ///< Who the client is, with `key`.
  std::string key = {};
};

/// Reads the authorities, and the certificate of the client if it has one; null
/// with `error` set if that fails. Blocks.
std::shared_ptr<ssl_ctx_st> load_tls_trust(const tls_trust_files& from,
                                           std::string& error);

/// Has the connection accept a certificate of `host` only (RFC 9110, 4.3.4);
/// false if there can be none.
bool expect_host(ssl_st* connection, const std::string& host);

} // namespace atrium
