#include "support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace atrium::test {

namespace {

using key_ptr = std::shared_ptr<EVP_PKEY>;
using bio_ptr = std::shared_ptr<BIO>;

void must(bool ok) {
  if (!ok)
    throw std::runtime_error("OpenSSL fails");
}

key_ptr make_key() {
  key_ptr result{EVP_EC_gen("P-256"), EVP_PKEY_free};
  must(result != nullptr);
  return result;
}

std::string text_of(BIO* x) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(x, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key) {
  bio_ptr out{BIO_new(BIO_s_mem()), BIO_free};
  must(PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(out.get());
}

void add_name(X509_NAME* to, const std::string& name) {
  auto bytes = reinterpret_cast<const unsigned char*>(name.c_str());
  must(X509_NAME_add_entry_by_txt(to, "CN", MBSTRING_UTF8, bytes, -1, -1, 0) == 1);
}

void add_extension(X509* to, int what, const char* value) {
  auto extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value);
  must(X509_add_ext(to, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

/// Returns a certificate for `name` and `key` in PEM, signed by `issuer`.
std::string certify(const std::string& name, EVP_PKEY* key, const std::string& issuer,
                    EVP_PKEY* signer) {
  static long serial = 0;
  constexpr long hour = 3600;
  std::shared_ptr<X509> x{X509_new(), X509_free};
  X509_set_version(x.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x.get()), -hour);
  X509_gmtime_adj(X509_getm_notAfter(x.get()), hour);
  X509_set_pubkey(x.get(), key);
  add_name(X509_get_subject_name(x.get()), name);
  add_name(X509_get_issuer_name(x.get()), issuer);
  if (name == issuer)
    add_extension(x.get(), NID_basic_constraints, "critical,CA:TRUE");
  else
    add_extension(x.get(), NID_subject_alt_name, name.c_str());
  must(X509_sign(x.get(), signer, EVP_sha256()) != 0);
  bio_ptr out{BIO_new(BIO_s_mem()), BIO_free};
  must(PEM_write_bio_X509(out.get(), x.get()) == 1);
  return text_of(out.get());
}

} // namespace

authority::authority(const temporary_folder& folder, std::string name)
  : folder_(folder), name_(std::move(name)), key_(make_key()) {
  ca_ = folder_.write(name_ + ".pem", certify(name_, key_.get(), name_, key_.get()));
}

certificate_paths authority::issue(const std::string& name) const {
  auto key = make_key();
  auto base = name_ + '-' + name;
  return {folder_.write(base + ".pem", certify(name, key.get(), name_, key_.get())),
          folder_.write(base + ".key", pem_of(key.get())), ca_};
}

} // namespace atrium::test
