#include "atrium/net/auth/jwt_signature.hpp"

#include "atrium/net/auth/evp_key.hpp"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <algorithm>

namespace atrium {

namespace {

using family = jwt_algorithm::family;

template <auto Free>
struct deleter {
  template <class T>
  void operator()(T* x) const {
    Free(x);
  }
};

using context = std::unique_ptr<EVP_MD_CTX, deleter<EVP_MD_CTX_free>>;
using ecdsa_pair = std::unique_ptr<ECDSA_SIG, deleter<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view x) {
  return reinterpret_cast<const unsigned char*>(x.data());
}

unsigned char* bytes_of(std::string& x) {
  return reinterpret_cast<unsigned char*>(x.data());
}

const EVP_MD* hash_of(const jwt_algorithm& x) {
  switch (x.hash_bytes) {
  case 32:
    return EVP_sha256();
  case 48:
    return EVP_sha384();
  case 64:
    return EVP_sha512();
  default:
    return nullptr; // EdDSA brings its own
  }
}

std::string hmac(std::string_view text, const std::string& secret,
                 const jwt_algorithm& by) {
  std::string result(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  if (HMAC(hash_of(by), secret.data(), static_cast<int>(secret.size()),
           bytes_of(text), text.size(), bytes_of(result), &size)
      == nullptr)
    size = 0;
  result.resize(size);
  return result;
}

// RFC 7518, 3.5: the salt is as long as the hash.
bool set_padding(EVP_PKEY_CTX* x, const jwt_algorithm& by) {
  return by.kind != family::rsa_pss
         || (EVP_PKEY_CTX_set_rsa_padding(x, RSA_PKCS1_PSS_PADDING) > 0
             && EVP_PKEY_CTX_set_rsa_pss_saltlen(x, RSA_PSS_SALTLEN_DIGEST)
                  > 0);
}

// RFC 7518, 3.4: two numbers side by side; OpenSSL has them in ASN.1.
std::string asn1_of(std::string_view pair) {
  auto width = pair.size() / 2;
  ecdsa_pair both{ECDSA_SIG_new()};
  auto r = BN_bin2bn(bytes_of(pair), static_cast<int>(width), nullptr);
  auto s = BN_bin2bn(bytes_of(pair) + width, static_cast<int>(width), nullptr);
  ECDSA_SIG_set0(both.get(), r, s); // owns them now
  auto size = i2d_ECDSA_SIG(both.get(), nullptr);
  std::string result(static_cast<std::size_t>(std::max(size, 0)), '\0');
  auto out = bytes_of(result);
  i2d_ECDSA_SIG(both.get(), &out);
  return result;
}

std::string pair_of(std::string_view asn1, std::size_t width) {
  auto data = bytes_of(asn1);
  ecdsa_pair both{
    d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(asn1.size()))};
  std::string result(width * 2, '\0');
  auto n = static_cast<int>(width);
  auto fits
    = both
      && BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), bytes_of(result), n) == n
      && BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), bytes_of(result) + width, n)
           == n;
  return fits ? result : std::string{};
}

} // namespace

bool is_jwt_signature(std::string_view text, std::string_view signature,
                      const jwt_key& key, const jwt_algorithm& by) {
  openssl_scope scope;
  if (by.kind == family::hmac) {
    auto ours = hmac(text, key.secret, by);
    // An empty result is a failure of OpenSSL, which an empty signature must
    // not match. The time of the comparison does not tell how many bytes of a
    // forged signature were right.
    return !ours.empty() && ours.size() == signature.size()
           && CRYPTO_memcmp(ours.data(), signature.data(), ours.size()) == 0;
  }
  auto pair = by.kind == family::ecdsa;
  // RFC 7518, 3.4: of another length it is no signature. Cut in the middle it
  // would give two other numbers.
  if (pair && signature.size() != by.coordinate_bytes * 2)
    return false;
  auto raw = pair ? asn1_of(signature) : std::string{signature};
  context with{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* details = nullptr; // of the context
  return EVP_DigestVerifyInit(with.get(), &details, hash_of(by), nullptr,
                              key.parsed.get())
           == 1
         && set_padding(details, by)
         && EVP_DigestVerify(with.get(), bytes_of(std::string_view{raw}),
                             raw.size(), bytes_of(text), text.size())
              == 1;
}

std::string jwt_signature_of(std::string_view text, const std::string& key,
                             const jwt_algorithm& by) {
  openssl_scope scope;
  if (by.kind == family::hmac)
    return hmac(text, key, by);
  auto parsed = read_private_pem(key);
  // The same rule as for checking: `atrium token` makes no token that the node
  // would refuse because of its key.
  if (!parsed || !check_key_kind(*parsed, by).empty())
    return {};
  context with{EVP_MD_CTX_new()};
  EVP_PKEY_CTX* details = nullptr;
  std::string result(static_cast<std::size_t>(EVP_PKEY_get_size(parsed.get())),
                     '\0');
  auto size = result.size();
  if (EVP_DigestSignInit(with.get(), &details, hash_of(by), nullptr,
                         parsed.get())
        != 1
      || !set_padding(details, by)
      || EVP_DigestSign(with.get(), bytes_of(result), &size, bytes_of(text),
                        text.size())
           != 1)
    return {};
  result.resize(size);
  return by.kind == family::ecdsa ? pair_of(result, by.coordinate_bytes)
                                  : result;
}

} // namespace atrium
