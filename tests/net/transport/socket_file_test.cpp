#define CAF_SUITE socket_file_test

#include "atrium/net/transport/socket_file.hpp"

#include "support/signing_keys.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <caf/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/stat.h>
#include <thread>
#include <vector>

using namespace atrium;

namespace {

namespace fs = std::filesystem;
using local = boost::asio::local::stream_protocol;

/// Somebody who listens, or tries to.
class owner {
public:
  explicit owner(const std::string& path) : acceptor_(io_) {
    acceptor_.open(local{});
    error = file_.listen(acceptor_.native_handle(), path);
  }

  /// Ends as a crash does: the file stays.
  static void crash(const std::string& path) {
    boost::asio::io_context io;
    local::acceptor acceptor{io, local::endpoint{path}};
  }

  std::string error;

private:
  boost::asio::io_context io_;
  local::acceptor acceptor_;
  socket_file file_;
};

bool can_connect(const std::string& path) {
  boost::asio::io_context io;
  local::socket socket{io};
  boost::system::error_code error;
  socket.connect(local::endpoint{path}, error);
  return !error;
}

struct fixture {
  test::temporary_folder folder;
  std::string path = folder.path() + "/node.sock";
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(socket_file_tests, fixture)

CAF_TEST(is_for_user_and_group_and_goes_with_its_owner) {
  {
    owner first{path};
    CAF_CHECK_EQUAL(first.error, "");
    CAF_CHECK(can_connect(path));
    struct stat found {};
    CAF_REQUIRE_EQUAL(::stat(path.c_str(), &found), 0);
    CAF_CHECK_EQUAL(found.st_mode & 0777U, 0660U);
  }
  CAF_CHECK(!fs::exists(path));
}

CAF_TEST(what_a_crash_has_left_is_replaced) {
  owner::crash(path);
  CAF_REQUIRE(fs::exists(path));
  owner next{path};
  CAF_CHECK_EQUAL(next.error, "");
  CAF_CHECK(can_connect(path));
}

CAF_TEST(who_listens_already_stays) {
  owner first{path};
  {
    owner second{path};
    CAF_CHECK_EQUAL(second.error, "another process listens there");
  }
  CAF_CHECK(can_connect(path)); // nor did the second one's end remove it
}

CAF_TEST(what_is_no_socket_is_left_alone) {
  std::ofstream{path} << "precious";
  CAF_CHECK_EQUAL(owner{path}.error, "there is something else than a socket");
  CAF_CHECK_EQUAL(fs::file_size(path), 8U);
  fs::remove(path);
  auto target = folder.write("target", "precious");
  fs::create_symlink(target, path);
  CAF_CHECK_EQUAL(owner{path}.error, "there is something else than a socket");
  CAF_CHECK(fs::exists(target) && fs::is_symlink(path));
}

CAF_TEST(a_folder_that_is_not_there_is_said) {
  CAF_CHECK_EQUAL(owner{folder.path() + "/none/x"}.error, "No such file or directory");
}

CAF_TEST(the_file_of_somebody_else_is_not_removed) {
  auto first = std::make_unique<owner>(path);
  fs::remove(path); // by hand, and another one comes
  owner second{path};
  CAF_CHECK_EQUAL(second.error, "");
  first.reset();
  CAF_CHECK(can_connect(path));
}

CAF_TEST(of_many_who_want_the_place_of_a_dead_one_a_single_one_gets_it) {
  for (int round = 0; round < 20; ++round) {
    owner::crash(path);
    std::vector<std::unique_ptr<owner>> all(4);
    std::vector<std::thread> threads;
    for (auto& x : all)
      threads.emplace_back([&x, this] { x = std::make_unique<owner>(path); });
    for (auto& x : threads)
      x.join();
    auto winners = std::count_if(all.begin(), all.end(), [](auto& x) { return x->error.empty(); });
    CAF_CHECK_EQUAL(winners, 1);
    CAF_CHECK(can_connect(path));
  }
}

CAF_TEST_FIXTURE_SCOPE_END()
