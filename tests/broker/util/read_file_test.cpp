#define CAF_SUITE read_file_test

#include "atrium/broker/util/read_file.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

using namespace atrium;

namespace fs = std::filesystem;

namespace {

struct fixture {
  fixture() {
    char name[] = "/tmp/atrium-read-XXXXXX";
    CAF_REQUIRE(::mkdtemp(name) != nullptr);
    folder = name;
  }

  ~fixture() {
    fs::remove_all(folder);
  }

  std::string path(const std::string& name) const {
    return folder / name;
  }

  std::string write(const std::string& text) const {
    std::ofstream{path("file"), std::ios::binary} << text;
    return path("file");
  }

  fs::path folder;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(read_file_tests, fixture)

CAF_TEST(a file is read as it is) {
  const std::string text("a\r\n\0b\n", 6);
  CAF_CHECK(read_file(write(text), 100) == text);
  CAF_CHECK(read_file(write(""), 100) == "");
}

CAF_TEST(no more is read than may be) {
  auto file = write(std::string(100'000, 'x'));
  CAF_CHECK(read_file(file, 70'000) == std::string(70'000, 'x'));
  CAF_CHECK(read_file(file, 100'001) == std::string(100'000, 'x'));
}

CAF_TEST(a link to a file is read) {
  fs::create_symlink(write("x"), path("link"));
  CAF_CHECK(read_file(path("link"), 100) == "x");
}

CAF_TEST(what is no regular file is refused at once) {
  CAF_REQUIRE_EQUAL(::mkfifo(path("pipe").c_str(), 0600), 0);
  CAF_CHECK(!read_file(path("pipe"), 100));
  CAF_CHECK(!read_file(folder, 100));
  CAF_CHECK(!read_file("/dev/zero", 100));
  CAF_CHECK(!read_file(path("none"), 100));
}

CAF_TEST_FIXTURE_SCOPE_END()
