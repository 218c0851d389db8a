#include "atrium/broker/tcp/tls_trust.hpp"

#include "atrium/broker/tcp/tls_identity.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace atrium {

namespace {

std::string last_error() {
  auto code = ERR_peek_last_error();
  ERR_clear_error();
  auto* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "it cannot be read";
}

std::string read_authorities(SSL_CTX& to, const std::string& path) {
  if (path.empty())
    return SSL_CTX_set_default_verify_paths(&to) == 1
             ? ""
             : "the certificates of authorities cannot be read";
  if (SSL_CTX_load_verify_file(&to, path.c_str()) == 1)
    return {};
  return path + ": " + last_error();
}

std::string read(SSL_CTX& to, const tls_trust_files& from) {
  if (is_pipe(from.ca))
    return from.prefix + "-ca: " + from.ca + ": is a pipe";
  ERR_clear_error();
  if (auto error = read_authorities(to, from.ca); !error.empty())
    return from.ca.empty() ? error : from.prefix + "-ca: " + error;
  return from.cert.empty()
           ? ""
           : load_tls_identity(to, {from.prefix, from.cert, from.key});
}

} // namespace

std::shared_ptr<ssl_ctx_st> load_tls_trust(const tls_trust_files& from,
                                           std::string& error) {
  std::shared_ptr<SSL_CTX> result{SSL_CTX_new(TLS_client_method()),
                                  SSL_CTX_free};
  SSL_CTX_set_min_proto_version(result.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(result.get(), SSL_VERIFY_PEER, nullptr);
  if (auto flaw = read(*result, from); !flaw.empty()) {
    ERR_clear_error();
    error = flaw;
    return nullptr;
  }
  return result;
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
