#pragma once

#include "support/signing_keys.hpp"

#include <memory>
#include <string>

using X509 = struct x509_st;
using EVP_PKEY = struct evp_pkey_st;

namespace atrium::test {

/// The files of a server, in PEM.
struct certificate_paths {
  std::string cert;
  std::string key;
  std::string ca; ///< Who has signed the certificate.
};

/// Signs certificates that are good for an hour.
class authority {
public:
  /// Its files are made in `folder`.
  authority(const temporary_folder& folder, std::string name);

  /// Returns the files of a server whose certificate it has signed, for an
  /// alternative name such as `DNS:localhost`.
  certificate_paths issue(const std::string& name) const;

private:
  const temporary_folder& folder_;
  std::string name_;
  std::shared_ptr<EVP_PKEY> key_;
  std::string ca_; // the path of its own certificate
};

} // namespace atrium::test
