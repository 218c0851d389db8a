#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace atrium::test {

/// What signs a token and what checks it; for HMAC the same.
struct key_pair {
  std::string secret;
  std::string shown;
};

/// Makes a key for the JWT algorithm `alg`. RSA keys, which take long, are made
/// twice and then handed out in turn.
key_pair make_key_pair(const std::string& alg);

key_pair make_rsa_key(unsigned bits);

/// Signs `claims`, which stay as they are, with `secret`.
std::string sign(const std::string& alg, const std::string& secret, std::string_view claims,
                 std::string_view kid = {});

/// The same with these members in the header, besides `alg`.
std::string sign_with(std::string_view header, const std::string& alg, const std::string& secret,
                      std::string_view claims);

/// A token with this header and a signature of nobody.
std::string sign_with_header(std::string_view header, std::string_view claims);

std::string encode_base64url(std::string_view bytes);

/// A folder that ends with this object.
class temporary_folder {
public:
  temporary_folder();
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  ~temporary_folder();

  std::string path() const {
    return path_.string();
  }

  /// Writes a file and returns its path.
  std::string write(const std::string& name, std::string_view content) const;

private:
  std::filesystem::path path_;
};

} // namespace atrium::test
