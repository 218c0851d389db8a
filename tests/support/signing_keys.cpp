#include "support/signing_keys.hpp"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <stdlib.h>
#include <vector>

// Signs by OpenSSL alone: what is tested is not used to test itself.

namespace atrium::test {

namespace {

template <auto Free>
struct deleter {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

using key_ptr = std::unique_ptr<EVP_PKEY, deleter<EVP_PKEY_free>>;
using bio_ptr = std::unique_ptr<BIO, deleter<BIO_free>>;
using bytes = std::vector<unsigned char>;

void must(bool ok) {
  if (!ok)
    throw std::runtime_error("OpenSSL fails");
}

std::string text_of(BIO* x) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(x, &data);
  return {data, static_cast<std::size_t>(size)};
}

key_pair pem_of(const key_ptr& key) {
  must(key != nullptr);
  bio_ptr secret{BIO_new(BIO_s_mem())};
  bio_ptr shown{BIO_new(BIO_s_mem())};
  must(PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1
       && PEM_write_bio_PUBKEY(shown.get(), key.get()) == 1);
  return {text_of(secret.get()), text_of(shown.get())};
}

const EVP_MD* hash_of(const std::string& alg) {
  if (alg.ends_with("256"))
    return EVP_sha256();
  return alg.ends_with("384") ? EVP_sha384() : EVP_sha512();
}

const char* curve_of(const std::string& alg) {
  if (alg == "ES256")
    return "P-256";
  return alg == "ES384" ? "P-384" : "P-521";
}

int coordinate_bytes(const std::string& alg) {
  if (alg == "ES256")
    return 32;
  return alg == "ES384" ? 48 : 66;
}

bytes hmac(const std::string& alg, const std::string& secret, std::string_view text) {
  bytes result(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  HMAC(hash_of(alg), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), result.data(), &size);
  result.resize(size);
  return result;
}

bytes signature(const std::string& alg, const std::string& secret, std::string_view text) {
  bio_ptr in{BIO_new_mem_buf(secret.data(), static_cast<int>(secret.size()))};
  key_ptr key{PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr)};
  std::unique_ptr<EVP_MD_CTX, deleter<EVP_MD_CTX_free>> context{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* details = nullptr;
  auto hash = alg == "EdDSA" ? nullptr : hash_of(alg);
  must(EVP_DigestSignInit(context.get(), &details, hash, nullptr, key.get()) == 1);
  if (alg.starts_with("PS"))
    must(EVP_PKEY_CTX_set_rsa_padding(details, RSA_PKCS1_PSS_PADDING) == 1
         && EVP_PKEY_CTX_set_rsa_pss_saltlen(details, RSA_PSS_SALTLEN_DIGEST) == 1);
  bytes result(1024);
  auto size = result.size();
  must(EVP_DigestSign(context.get(), result.data(), &size,
                      reinterpret_cast<const unsigned char*>(text.data()), text.size())
       == 1);
  result.resize(size);
  return result;
}

// From ASN.1 to the two numbers side by side (RFC 7518, section 3.4).
bytes plain_ecdsa(const bytes& asn1, int width) {
  const auto* data = asn1.data();
  std::unique_ptr<ECDSA_SIG, deleter<ECDSA_SIG_free>> both{
    d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(asn1.size()))};
  bytes result(static_cast<std::size_t>(width) * 2);
  must(BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), result.data(), width) == width
       && BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), result.data() + width, width) == width);
  return result;
}

bytes sign_bytes(const std::string& alg, const std::string& secret, std::string_view text) {
  if (alg.starts_with("HS"))
    return hmac(alg, secret, text);
  auto raw = signature(alg, secret, text);
  return !alg.starts_with("ES") ? raw : plain_ecdsa(raw, coordinate_bytes(alg));
}

} // namespace

key_pair make_rsa_key(unsigned bits) {
  return pem_of(key_ptr{EVP_RSA_gen(bits)});
}

key_pair make_key_pair(const std::string& alg) {
  static const std::array<key_pair, 2> rsa = {make_rsa_key(2048), make_rsa_key(2048)};
  static unsigned turn = 0;
  ++turn;
  if (alg.starts_with("HS")) {
    std::string secret(64, static_cast<char>('a' + turn % 26));
    return {secret, secret};
  }
  if (alg.starts_with("RS") || alg.starts_with("PS"))
    return rsa[turn % 2];
  if (alg == "EdDSA")
    return pem_of(key_ptr{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")});
  return pem_of(key_ptr{EVP_EC_gen(curve_of(alg))});
}

std::string encode_base64url(std::string_view text) {
  std::string result(text.size() * 4 / 3 + 5, '\0');
  auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                              reinterpret_cast<const unsigned char*>(text.data()),
                              static_cast<int>(text.size()));
  result.resize(static_cast<std::size_t>(size));
  while (result.ends_with('='))
    result.pop_back();
  for (auto& c : result)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return result;
}

std::string sign(const std::string& alg, const std::string& secret, std::string_view claims,
                 std::string_view kid) {
  auto more = std::string{R"("typ":"JWT")"};
  if (!kid.empty())
    more.append(R"(,"kid":")").append(kid).append("\"");
  return sign_with(more, alg, secret, claims);
}

std::string sign_with(std::string_view header, const std::string& alg, const std::string& secret,
                      std::string_view claims) {
  auto whole = R"({"alg":")" + alg + "\"" + (header.empty() ? "" : ",");
  auto text = encode_base64url(whole.append(header) + "}") + "." + encode_base64url(claims);
  auto raw = sign_bytes(alg, secret, text);
  return text + "." + encode_base64url({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

std::string sign_with_header(std::string_view header, std::string_view claims) {
  return encode_base64url(header) + "." + encode_base64url(claims) + ".c2lnbmF0dXJl";
}

temporary_folder::temporary_folder() {
  auto name = (std::filesystem::temp_directory_path() / "atrium-XXXXXX").string();
  must(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string temporary_folder::write(const std::string& name, std::string_view content) const {
  auto file = path_ / name;
  std::ofstream{file, std::ios::binary} << content;
  return file.string();
}

} // namespace atrium::test
