#include "atrium/net/transport/tls_context.hpp"

#include "atrium/broker/log/log.hpp"
#include "atrium/broker/tcp/tls_identity.hpp"

#include <openssl/ssl.h>

#include <ctime>

namespace atrium {

namespace {

// TLS 1.3 has a list of its own, in which every cipher is fit.
constexpr auto ciphers_of_1_2
  = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// A client that offers HTTP/2 beside 1.1 gets the latter: WebSockets need it.
int choose_http(SSL*, const unsigned char** out, unsigned char* out_size,
                const unsigned char* in, unsigned in_size, void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  auto* chosen = const_cast<unsigned char**>(out);
  auto found = SSL_select_next_proto(chosen, out_size, ours, sizeof(ours) - 1,
                                     in, in_size);
  // NOACK goes on as without ALPN, where RFC 7301, 3.2, has a server give up: a
  // client that offers only others may still speak HTTP/1.1.
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK
                                         : SSL_TLSEXT_ERR_NOACK;
}

void set_rules(SSL_CTX& x) {
  SSL_CTX_set_min_proto_version(&x, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(&x, ciphers_of_1_2);
  // The node's order counts, but clients that put ChaCha20 first get it: most
  // of them have no hardware for AES.
  SSL_CTX_set_options(&x, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION
                            | SSL_OP_CIPHER_SERVER_PREFERENCE
                            | SSL_OP_PRIORITIZE_CHACHA);
  // Idle connections are most connections: they hold no buffers.
  SSL_CTX_set_mode(&x, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                         | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_alpn_select_cb(&x, choose_http, nullptr);
}

void warn_of_end(const SSL_CTX& x, const std::string& file) {
  constexpr auto soon = 7 * 24 * 3600;
  auto in_a_week = std::time(nullptr) + soon;
  auto* end = X509_get0_notAfter(SSL_CTX_get0_certificate(&x));
  if (X509_cmp_time(end, nullptr) < 0)
    log::error("certificate_expired", "the certificate in {} has expired",
               file);
  else if (X509_cmp_time(end, &in_a_week) < 0)
    log::warn("certificate_expires",
              "the certificate in {} expires within a week", file);
}

std::shared_ptr<SSL_CTX> read(const tls_options& from, std::string& error) {
  std::shared_ptr<SSL_CTX> result{SSL_CTX_new(TLS_server_method()),
                                  SSL_CTX_free};
  set_rules(*result);
  error = load_tls_identity(*result, {from.prefix, from.cert, from.key});
  if (!error.empty())
    return nullptr;
  warn_of_end(*result, from.cert);
  return result;
}

} // namespace

std::shared_ptr<tls_context> tls_context::load(const tls_options& from,
                                               std::string& error) {
  if (from.cert.empty())
    return nullptr;
  auto first = read(from, error);
  return first ? std::make_shared<tls_context>(std::move(first)) : nullptr;
}

std::function<void()> tls_context::prepare(const tls_options& from,
                                           std::string& error) {
  auto next = read(from, error);
  if (!next)
    return nullptr;
  return [this, next = std::move(next)] { current_.store(next); };
}

std::string check_tls(const tls_options& from) {
  if (from.cert.empty() == from.key.empty())
    return {};
  return from.prefix + "-cert and " + from.prefix
         + "-key: one does not work without the other";
}

} // namespace atrium
