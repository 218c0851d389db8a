#include "atrium/net/http_client/tls_trust.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace atrium {

std::shared_ptr<ssl_ctx_st> load_tls_trust(std::string& error) {
  std::shared_ptr<SSL_CTX> result{SSL_CTX_new(TLS_client_method()),
                                  SSL_CTX_free};
  SSL_CTX_set_min_proto_version(result.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(result.get(), SSL_VERIFY_PEER, nullptr);
  if (SSL_CTX_set_default_verify_paths(result.get()) == 1)
    return result;
  ERR_clear_error();
  error = "the certificates of authorities cannot be read";
  return nullptr;
}

// Without a name to expect OpenSSL would take the certificate of any host.
bool expect_host(ssl_st* connection, const std::string& host) {
  boost::system::error_code is_a_name;
  boost::asio::ip::make_address(host, is_a_name);
  // RFC 6066, 3: SNI is for names only.
  if (!is_a_name)
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection),
                                         host.c_str())
           == 1;
  return SSL_set_tlsext_host_name(connection, host.c_str()) == 1
         && SSL_set1_host(connection, host.c_str()) == 1;
}

} // namespace atrium
