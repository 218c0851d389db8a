#define CAF_SUITE administrators_test

#include "atrium/net/inspector/administrators.hpp"

#include "caf/test/unit_test.hpp"
#include "support/signing_keys.hpp"

#include <filesystem>
#include <string>

using namespace atrium;
using namespace std::string_literals;
namespace fs = std::filesystem;
namespace http = boost::beast::http;

namespace {

constexpr auto bad_size = "admin-token-file: a token has 16 to 4096 bytes";

const auto secret = "a-token-of-administrators"s;

/// The file of a token, in a folder of its own, and who may act by it.
struct fixture {
  void write(std::string_view bytes) const {
    folder.write("token", bytes);
  }

  // Returns why a node with this file does not start; empty if it does.
  std::string load(bool is_private = true) {
    std::string error;
    subject = administrators::load(path, is_private, error);
    CAF_CHECK_EQUAL(subject == nullptr, !error.empty());
    return error;
  }

  // Returns what is wrong with the file now; nothing, and its token counts, if it is good.
  std::string reload(const std::string& file) const {
    std::string error;
    if (auto apply = subject->prepare(file, error))
      apply();
    return error;
  }

  // Returns the status of the answer to who shows this, or 200.
  unsigned status(std::string_view authorization = {}) const {
    http_request x{http::verb::post, "/inspect/users/ann/disconnect", 11};
    if (!authorization.empty())
      x.set(http::field::authorization, authorization);
    auto no = subject->refuse(x);
    return no ? no->status : 200;
  }

  unsigned status_of_token(std::string_view token) const {
    return status("Bearer " + std::string{token});
  }

  test::temporary_folder folder;
  std::string path = folder.path() + "/token";
  std::shared_ptr<administrators> subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(administrators_tests, fixture)

CAF_TEST(without a token whoever is on this machine may act and nobody else) {
  subject = std::make_shared<administrators>(true);
  CAF_CHECK_EQUAL(status(), 200u);
  CAF_CHECK_EQUAL(status("Bearer x"), 200u);
  subject = std::make_shared<administrators>(false);
  CAF_CHECK_EQUAL(status(), 403u);
  CAF_CHECK_EQUAL(status("Bearer "), 403u);
  CAF_CHECK_EQUAL(reload(""), "");
  CAF_CHECK_EQUAL(status(), 403u);
}

CAF_TEST(with a token only who shows it may act) {
  write(secret);
  for (auto is_private : {true, false}) {
    CAF_REQUIRE_EQUAL(load(is_private), "");
    CAF_CHECK_EQUAL(status_of_token(secret), 200u);
    CAF_CHECK_EQUAL(status("bearer   " + secret), 200u);
    CAF_CHECK_EQUAL(status(), 401u);
    for (auto& value :
         {"Bearer"s, "Bearer "s, secret, "Basic " + secret, "Bearer" + secret, "Token " + secret,
          "Bearer\t" + secret, "Bearer " + secret + ", Bearer " + secret})
      CAF_CHECK_EQUAL(status(value), 401u);
  }
}

CAF_TEST(a token that differs by one byte or by its length is another) {
  write(secret);
  CAF_REQUIRE_EQUAL(load(), "");
  for (std::size_t i = 0; i < secret.size(); ++i) {
    auto near = secret;
    near[i] = static_cast<char>(near[i] ^ 1);
    CAF_CHECK_EQUAL(status_of_token(near), 401u);
    CAF_CHECK_EQUAL(status_of_token(secret.substr(0, i)), 401u);
    CAF_CHECK_EQUAL(status_of_token(secret.substr(i + 1)), 401u);
  }
  for (auto& longer : {secret + "s", secret + "\0"s, "x " + secret, secret + secret})
    CAF_CHECK_EQUAL(status_of_token(longer), 401u);
}

CAF_TEST(the ends of lines after a token are not part of it) {
  for (auto end : {"\n", "\r\n", "\n\n\r\n"}) {
    write(secret + end);
    CAF_REQUIRE_EQUAL(load(), "");
    CAF_CHECK_EQUAL(status_of_token(secret), 200u);
  }
  write(secret + "\nsecond line");
  CAF_REQUIRE_EQUAL(load(), "");
  CAF_CHECK_EQUAL(status_of_token(secret), 401u);
}

CAF_TEST(a token that can be guessed or is no token is refused) {
  for (auto& bytes : {""s, "\n"s, "short"s, std::string(15, 'x'), std::string(15, 'x') + "\n\n\n",
                      std::string(4097, 'x')}) {
    write(bytes);
    CAF_CHECK_EQUAL(load(), bad_size);
  }
  for (auto size : {16, 4096}) {
    std::string token(static_cast<std::size_t>(size), 'x');
    write(token);
    CAF_CHECK_EQUAL(load(), "");
    CAF_CHECK_EQUAL(status_of_token(token), 200u);
  }
}

CAF_TEST(what cannot be read is named) {
  auto unreadable = "admin-token-file: " + path + " cannot be read";
  CAF_CHECK_EQUAL(load(), unreadable);
  fs::create_directory(path);
  CAF_CHECK_EQUAL(load(), unreadable);
}

CAF_TEST(a new token replaces the old one) {
  write(secret);
  CAF_REQUIRE_EQUAL(load(), "");
  write("another-token-of-theirs");
  CAF_CHECK_EQUAL(status_of_token(secret), 200u); // until it is read
  CAF_CHECK_EQUAL(reload(path), "");
  CAF_CHECK_EQUAL(status_of_token(secret), 401u);
  CAF_CHECK_EQUAL(status_of_token("another-token-of-theirs"), 200u);
}

CAF_TEST(the old token stays where the new one is not good) {
  write(secret);
  CAF_REQUIRE_EQUAL(load(false), "");
  write("short");
  CAF_CHECK_EQUAL(reload(path), bad_size);
  CAF_CHECK_EQUAL(status_of_token(secret), 200u);
  CAF_CHECK_EQUAL(status_of_token("short"), 401u);
  fs::remove(path);
  CAF_CHECK(!reload(path).empty());
  CAF_CHECK_EQUAL(status_of_token(secret), 200u);
  fs::create_directory(path);
  CAF_CHECK(!reload(path).empty());
  CAF_CHECK_EQUAL(status_of_token(secret), 200u);
  CAF_CHECK_EQUAL(status(), 401u);
}

CAF_TEST_FIXTURE_SCOPE_END()
