#include "atrium/broker/tcp/tls_identity.hpp"

#include "atrium/broker/tcp/pass_phrase.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <filesystem>
#include <utility>

namespace atrium {

namespace {

std::string last_error() {
  auto code = ERR_get_error();
  ERR_clear_error();
  auto* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "it cannot be read";
}

const std::string encrypted_key
  = "the key is encrypted, and a node asks nobody for a pass phrase: store it "
    "without one (openssl pkey)";

} // namespace

bool is_pipe(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_fifo(path, ignored);
}

std::string load_tls_identity(SSL_CTX& to, const tls_identity& from) {
  for (auto& [name, path] :
       {std::pair{"-cert: ", &from.cert}, std::pair{"-key: ", &from.key}})
    if (is_pipe(*path))
      return from.prefix + name + *path + ": is a pipe";
  ERR_clear_error();
  auto is_encrypted = false;
  SSL_CTX_set_default_passwd_cb(&to, refuse_pass_phrase);
  SSL_CTX_set_default_passwd_cb_userdata(&to, &is_encrypted);
  std::string error;
  // The certificate first: OpenSSL compares a key with the certificate that is
  // there already.
  if (SSL_CTX_use_certificate_chain_file(&to, from.cert.c_str()) != 1)
    error = from.prefix + "-cert: " + from.cert + ": " + last_error();
  else if (SSL_CTX_use_PrivateKey_file(&to, from.key.c_str(), SSL_FILETYPE_PEM)
           != 1)
    error = from.prefix + "-key: " + from.key + ": "
            + (is_encrypted ? encrypted_key : last_error());
  // The context outlives the flag.
  SSL_CTX_set_default_passwd_cb_userdata(&to, nullptr);
  return error;
}

} // namespace atrium
