#define CAF_SUITE api_keys_test

#include "atrium/net/api/api_keys.hpp"

#include "caf/test/unit_test.hpp"
#include "support/signing_keys.hpp"

#include <filesystem>
#include <string>

using namespace atrium;
using namespace std::string_literals;
namespace fs = std::filesystem;
namespace http = boost::beast::http;

namespace {

const auto first = "the-key-of-the-shop"s;
const auto second = "the-key-of-the-forum"s;

constexpr auto nobody = 99u;

/// A file of keys, in a folder of its own, and who may do what by them.
struct fixture {
  void write(std::string_view bytes) const {
    folder.write("keys", bytes);
  }

  // Returns why a node with this file does not start; empty if it does.
  std::string load(bool is_private = true) {
    std::string error;
    subject = api_keys::load(path, is_private, error);
    CAF_CHECK_EQUAL(subject == nullptr, !error.empty());
    return error;
  }

  std::string reload(const std::string& file) const {
    std::string error;
    if (auto apply = subject->prepare(file, error))
      apply();
    return error;
  }

  std::string load_text(std::string_view bytes) {
    write(bytes);
    return load();
  }

  unsigned rights(std::string_view field, std::string_view value) const {
    http_request x{http::verb::post, "/api/publish", 11};
    if (!field.empty())
      x.set(field, value);
    return subject->rights_of(x).value_or(nobody);
  }

  unsigned rights(std::string_view key) const {
    return rights("X-API-Key", key);
  }

  test::temporary_folder folder;
  std::string path = folder.path() + "/keys";
  std::shared_ptr<api_keys> subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(api_keys_tests, fixture)

CAF_TEST(without a file whoever is on this machine has all rights and nobody else) {
  subject = std::make_shared<api_keys>(true);
  CAF_CHECK_EQUAL(rights("", ""), unsigned{all_api_rights});
  CAF_CHECK_EQUAL(rights(first), unsigned{all_api_rights});
  subject = std::make_shared<api_keys>(false);
  CAF_CHECK_EQUAL(rights("", ""), nobody);
  CAF_CHECK_EQUAL(rights(""), nobody);
  CAF_CHECK_EQUAL(reload(""), "");
  CAF_CHECK_EQUAL(rights(first), nobody);
}

CAF_TEST(each key has its rights) {
  CAF_REQUIRE_EQUAL(load_text("# the back ends\n\nshop:" + first + "\r\n  forum:" + second
                              + ":read, publish  \nops:the-key-of-operators:manage"),
                    "");
  CAF_CHECK_EQUAL(rights(first), unsigned{all_api_rights});
  CAF_CHECK_EQUAL(rights(second), api_read_right | api_publish_right);
  CAF_CHECK_EQUAL(rights("the-key-of-operators"), unsigned{api_manage_right});
  for (auto& key : {""s, "shop"s, "shop:" + first, first + "x", first.substr(1), first + " x"})
    CAF_CHECK_EQUAL(rights(key), nobody);
  CAF_CHECK_EQUAL(rights("", ""), nobody);
}

CAF_TEST(a key can be shown in two ways) {
  CAF_REQUIRE_EQUAL(load_text("shop:" + first), "");
  CAF_CHECK_EQUAL(rights("Authorization", "apikey " + first), unsigned{all_api_rights});
  CAF_CHECK_EQUAL(rights("authorization", "ApiKey   " + first), unsigned{all_api_rights});
  for (auto& value : {first, "Bearer " + first, "apikey"s, "apikey "s, "apikey" + first})
    CAF_CHECK_EQUAL(rights("Authorization", value), nobody);
}

CAF_TEST(a line that is none is named without the key) {
  auto sound = "shop:" + first + "\n";
  for (auto& [line, why] :
       {std::pair{"forum"s, "a line is NAME:KEY or NAME:KEY:RIGHTS"s},
        {":" + second, "a name has 1 to 64 bytes"},
        {std::string(65, 'x') + ":" + second, "a name has 1 to 64 bytes"},
        {"forum:" + second + ":", "rights are a list of publish, read and manage"},
        {"forum:" + second + ":read,write", "rights are a list of publish, read and manage"},
        {"forum:" + first, "this name or key stands there twice"},
        {"shop:" + second, "this name or key stands there twice"}})
    CAF_CHECK_EQUAL(load_text(sound + "\n" + line), "api-key-file: " + path + ":3: " + why);
  for (auto& key : {""s, std::string(15, 'x'), std::string(4097, 'x'), "a key with some spaces"s,
                    "the-key-of-\xC3\xA9t\xC3\xA9-2026"s}) {
    auto error = load_text(sound + "forum:" + key);
    CAF_CHECK(error.find(":2: a key has 16 to 4096 characters") != std::string::npos);
    CAF_CHECK(key.empty() || error.find(key) == std::string::npos);
  }
}

CAF_TEST(a file without a key is refused) {
  for (auto text : {"", "\n", "# nothing\n"})
    CAF_CHECK_EQUAL(load_text(text), "api-key-file: " + path + ": there is no key");
  CAF_CHECK_EQUAL(load_text(std::string((1 << 20) + 1, '#')),
                  "api-key-file: " + path + " is longer than 1 MiB");
  fs::remove(path);
  CAF_CHECK_EQUAL(load(), "api-key-file: " + path + " cannot be read");
  fs::create_directory(path);
  CAF_CHECK_EQUAL(load(), "api-key-file: " + path + " cannot be read");
}

CAF_TEST(new keys replace the old ones and bad ones do not ) {
  CAF_REQUIRE_EQUAL(load_text("shop:" + first), "");
  write("shop:" + second);
  CAF_CHECK_EQUAL(rights(first), unsigned{all_api_rights}); // until it is read
  CAF_CHECK_EQUAL(reload(path), "");
  CAF_CHECK_EQUAL(rights(first), nobody);
  CAF_CHECK_EQUAL(rights(second), unsigned{all_api_rights});
  write("shop:short");
  CAF_CHECK(!reload(path).empty());
  CAF_CHECK_EQUAL(rights(second), unsigned{all_api_rights});
  fs::remove(path);
  CAF_CHECK(!reload(path).empty());
  CAF_CHECK_EQUAL(rights(second), unsigned{all_api_rights});
}

CAF_TEST_FIXTURE_SCOPE_END()
