#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;
struct ssl_st;

namespace atrium {

// Whom a node believes that it talks to, as the client of TLS: version 1.2 at
// least, and a certificate of an authority that the machine trusts, for the
// name that was asked for.

/// Reads the authorities of the machine; null with `error` set if that fails.
/// Blocks.
std::shared_ptr<ssl_ctx_st> load_tls_trust(std::string& error);

/// Has the connection accept a certificate of `host` only (RFC 9110, 4.3.4);
/// false if there can be none.
bool expect_host(ssl_st* connection, const std::string& host);

} // namespace atrium
