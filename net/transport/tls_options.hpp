#pragma once

#include <string>

namespace atrium {

/// Where a certificate and its key are, in PEM. Both or neither.
struct tls_options {
  std::string prefix = "tls"; ///< Of the options `-cert` and `-key`.
  std::string cert = {};      ///< Empty: no TLS.
  std::string key = {};
};

} // namespace atrium
