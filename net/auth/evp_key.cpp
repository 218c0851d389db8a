#include "atrium/net/auth/evp_key.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace atrium {

namespace {

struct bio_free {
  void operator()(BIO* x) const {
    BIO_free(x);
  }
};

using bio = std::unique_ptr<BIO, bio_free>;

bio read(const std::string& pem) {
  return bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

// A key with a pass phrase cannot be read: a daemon has nobody to ask for it.
int ask_nobody(char*, int, int, void*) {
  return -1;
}

// OpenSSL keeps what has failed per thread, and TLS must not find it there.
evp_key without_errors(EVP_PKEY* x) {
  ERR_clear_error();
  return evp_key{x};
}

} // namespace

evp_key read_public_pem(const std::string& pem) {
  return without_errors(
    PEM_read_bio_PUBKEY(read(pem).get(), nullptr, ask_nobody, nullptr));
}

evp_key read_private_pem(const std::string& pem) {
  return without_errors(
    PEM_read_bio_PrivateKey(read(pem).get(), nullptr, ask_nobody, nullptr));
}

} // namespace atrium
