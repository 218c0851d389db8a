#include "atrium/net/http/html_page.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace atrium {

namespace {

std::string source_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         hash.data());
  std::array<unsigned char, 4 * ((SHA256_DIGEST_LENGTH + 2) / 3) + 1> base64{};
  EVP_EncodeBlock(base64.data(), hash.data(), SHA256_DIGEST_LENGTH);
  return std::string{"'sha256-"} + reinterpret_cast<char*>(base64.data())
         + '\'';
}

// The sources of all elements of this name that have their text inside.
std::string sources_of(std::string_view page, std::string_view element) {
  auto begin = '<' + std::string{element} + '>';
  auto end = "</" + std::string{element} + '>';
  std::string result;
  // Up to the tag itself, white space included: a browser hashes all of the
  // text. Elements with attributes are not found, so a script with `src` stays
  // forbidden.
  for (auto at = page.find(begin); at != page.npos; at = page.find(begin, at)) {
    at += begin.size();
    result += ' ' + source_of(page.substr(at, page.find(end, at) - at));
  }
  return result.empty() ? " 'none'" : result;
}

} // namespace

// The icon is in the page, as data. A browser's 'self' has WebSockets in it.
std::string policy_of(std::string_view page) {
  return "default-src 'none'; script-src" + sources_of(page, "script")
         + "; style-src" + sources_of(page, "style")
         + "; img-src data:; connect-src 'self'; base-uri 'none'; form-action "
           "'none'; frame-ancestors 'none'";
}

} // namespace atrium
