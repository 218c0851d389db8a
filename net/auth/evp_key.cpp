#include "atrium/net/auth/evp_key.hpp"

#include "atrium/broker/tcp/pass_phrase.hpp"

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

} // namespace

openssl_scope::~openssl_scope() {
  ERR_clear_error();
}

evp_key read_public_pem(const std::string& pem) {
  openssl_scope scope;
  return evp_key{
    PEM_read_bio_PUBKEY(read(pem).get(), nullptr, refuse_pass_phrase, nullptr)};
}

evp_key read_private_pem(const std::string& pem) {
  openssl_scope scope;
  return evp_key{PEM_read_bio_PrivateKey(read(pem).get(), nullptr,
                                         refuse_pass_phrase, nullptr)};
}

} // namespace atrium
