#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>

namespace atrium {

/// A key of OpenSSL.
struct evp_key_free {
  void operator()(EVP_PKEY* x) const {
    EVP_PKEY_free(x);
  }
};

using evp_key = std::unique_ptr<EVP_PKEY, evp_key_free>;

/// Clears at its end what has failed in OpenSSL meanwhile: errors are kept per
/// thread, and TLS must not find those of a key there.
struct openssl_scope {
  openssl_scope() = default;
  openssl_scope(const openssl_scope&) = delete;
  openssl_scope& operator=(const openssl_scope&) = delete;
  ~openssl_scope();
};

/// Reads a public key in PEM (`BEGIN PUBLIC KEY`); null if it is none.
evp_key read_public_pem(const std::string& pem);

/// Reads a private key in PEM; null if it is none, or if it is encrypted:
/// nobody is asked for a pass phrase.
evp_key read_private_pem(const std::string& pem);

} // namespace atrium
