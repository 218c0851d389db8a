#define CAF_SUITE node_link_test

#include "atrium/net/inspect/node_link.hpp"
#include "atrium/net/inspect_desk.hpp"
#include "atrium/net/remoting.hpp"

#include "../certificates.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/test/unit_test.hpp>
#include <caf/typed_response_promise.hpp>

#include <filesystem>
#include <future>
#include <thread>

using namespace atrium;
using namespace atrium::tool;
using namespace std::chrono_literals;

namespace {

using boost::asio::ip::tcp;

constexpr std::uint16_t good = 200;

/// Says what it was asked; never answers the target `never`.
class echo_core {
public:
  static inline constexpr auto name = "echo";

  std::vector<caf::typed_response_promise<std::uint16_t, std::string>> unanswered;
};

inspect_service::behavior_type echo(inspect_service::stateful_pointer<echo_core> self,
                                    std::uint32_t version) {
  return {
    [version](version_atom, std::uint32_t) {
      return std::make_tuple(version, std::string{"node-a"});
    },
    [self](view_atom, const std::string& target) -> caf::result<std::uint16_t, std::string> {
      if (target == "never") {
        auto to = self->make_response_promise<std::uint16_t, std::string>();
        self->state.unanswered.push_back(to);
        return to;
      }
      return {good, "view " + target};
    },
    [](act_atom, const std::string& target, const std::string& body) {
      return std::make_tuple(good, "act " + target + ' ' + body);
    },
  };
}

/// A node as far as the tool can tell: an actor system that publishes the desk
/// of an echo.
class fake_node {
public:
  explicit fake_node(const certificate_paths& certificates = {},
                     std::uint32_t version = inspect_version) {
    if (certificates.any())
      CAF_REQUIRE_EQUAL(remoting_.read(certificates), "");
    remoting_.load_into(config_, remoting::side::server);
    system_ = std::make_unique<caf::actor_system>(config_);
    echo_ = system_->spawn(echo, version);
    desk_ = spawn_inspect_desk(*system_, echo_, count);
    auto done = remoting_.publish(desk_, "127.0.0.1", 0);
    CAF_REQUIRE(done);
    port_ = *done;
  }

  ~fake_node() {
    stop();
  }

  void stop() {
    if (!system_)
      return;
    remoting::close(*system_, port_);
    for (auto who : {&desk_, &echo_}) {
      caf::anon_send_exit(*who, caf::exit_reason::user_shutdown);
      *who = nullptr;
    }
    system_.reset();
  }

  /// Options of a tool that asks this node.
  inspect_options options(const certificate_paths& certificates = {}) const {
    inspect_options result;
    result.node.port = port_;
    result.certificates = certificates;
    result.timeout = 10s; // nothing here waits for so long
    return result;
  }

  std::shared_ptr<counters> count = std::make_shared<counters>();

private:
  remoting remoting_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  inspect_service echo_;
  inspect_service desk_;
  std::uint16_t port_ = 0;
};

void check_has(const std::string& text, const std::string& part) {
  if (text.find(part) == text.npos)
    CAF_ERROR("no '" << part << "' in: " << text);
}

} // namespace

CAF_TEST(views_and_acts_are_answered) {
  fake_node node;
  node_link link{node.options()};
  CAF_REQUIRE_EQUAL(link.connect(), "");
  CAF_CHECK_EQUAL(link.node_id(), "node-a");
  auto view = link.ask({"rooms/a", std::nullopt});
  CAF_CHECK_EQUAL(view.error, "");
  CAF_CHECK_EQUAL(view.status, 200U);
  CAF_CHECK_EQUAL(view.json, "view rooms/a");
  CAF_CHECK_EQUAL(link.ask({"x", "body"}).json, "act x body");
  CAF_CHECK(!link.is_stuck());
}

CAF_TEST(large_answers_come_whole) {
  fake_node node;
  node_link link{node.options()};
  CAF_REQUIRE_EQUAL(link.connect(), "");
  std::string large(3'000'000, 'x');
  CAF_CHECK_EQUAL(link.ask({large, std::nullopt}).json.size(), large.size() + 5);
}

CAF_TEST(another_version_is_named) {
  fake_node node{{}, inspect_version + 6};
  node_link link{node.options()};
  auto error = link.connect();
  check_has(error, "node node-a speaks version 7");
  check_has(error, "this tool 1");
}

CAF_TEST(nobody_there_is_said_at_once) {
  inspect_options options;
  {
    boost::asio::io_context io;
    tcp::acceptor free{io, {boost::asio::ip::address_v4::loopback(), 0}};
    options.node.port = free.local_endpoint().port();
  }
  node_link link{options};
  check_has(link.connect(), "cannot reach 127.0.0.1:");
  CAF_CHECK(!link.is_stuck());
}

CAF_TEST(a_peer_that_says_nothing_is_given_up) {
  boost::asio::io_context io;
  tcp::acceptor mute{io, {boost::asio::ip::address_v4::loopback(), 0}};
  inspect_options options;
  options.node.port = mute.local_endpoint().port();
  options.timeout = remoting::heartbeat + 500ms; // more than one
  node_link link{options};
  check_has(link.connect(), "does not answer within 1.5 s");
  CAF_CHECK(link.is_stuck());
}

CAF_TEST(a_peer_that_speaks_something_else_is_refused) {
  boost::asio::io_context io;
  tcp::acceptor other{io, {boost::asio::ip::address_v4::loopback(), 0}};
  std::thread server{[&] {
    auto socket = other.accept();
    boost::asio::write(socket, boost::asio::buffer(std::string(4096, 'x')));
  }};
  inspect_options options;
  options.node.port = other.local_endpoint().port();
  node_link link{options};
  check_has(link.connect(), "127.0.0.1:");
  CAF_CHECK(!link.is_stuck());
  server.join();
}

CAF_TEST(a_question_without_an_answer_is_given_up) {
  fake_node node;
  auto options = node.options();
  options.timeout = 200ms;
  node_link link{options};
  CAF_REQUIRE_EQUAL(link.connect(), "");
  CAF_CHECK_EQUAL(link.ask({"never", std::nullopt}).error, "no answer within 200 ms");
  CAF_CHECK_EQUAL(link.ask({"x", std::nullopt}).json, "view x");
}

CAF_TEST(a_node_that_goes_away_is_noticed_at_once) {
  fake_node node;
  node_link link{node.options()};
  CAF_REQUIRE_EQUAL(link.connect(), "");
  std::promise<node_answer> got;
  link.ask({"never", std::nullopt}, [&](node_answer x) { got.set_value(std::move(x)); });
  CAF_CHECK_EQUAL(link.ask({"x", std::nullopt}).json, "view x"); // the other is under way
  node.stop();
  auto result = got.get_future();
  CAF_REQUIRE(result.wait_for(5s) == std::future_status::ready);
  CAF_CHECK_EQUAL(result.get().error, "the node has gone");
  CAF_CHECK_EQUAL(link.ask({"x", std::nullopt}).error, "the node has gone");
}

CAF_TEST(more_questions_than_places_are_refused_and_counted) {
  fake_node node;
  node_link link{node.options()};
  CAF_REQUIRE_EQUAL(link.connect(), "");
  for (std::size_t i = 0; i < inspect_desk_places; ++i)
    link.ask({"never", std::nullopt}, [](node_answer) {});
  auto deadline = std::chrono::steady_clock::now() + 10s;
  while (link.ask({"x", std::nullopt}).status != 503)
    CAF_REQUIRE(std::chrono::steady_clock::now() < deadline);
  CAF_CHECK_EQUAL(link.ask({"x", "body"}).status, 503U);
  CAF_CHECK_EQUAL(node.count->inspections_refused.load(), 2U);
}

CAF_TEST(certificates_of_one_authority_open_the_door) {
  test::temporary_folder folder;
  test::authority authority{folder, "ops"};
  fake_node node{authority.issue("node")};
  node_link link{node.options(authority.issue("tool"))};
  CAF_REQUIRE_EQUAL(link.connect(), "");
  CAF_CHECK_EQUAL(link.ask({"x", std::nullopt}).json, "view x");
}

CAF_TEST(certificates_of_another_authority_do_not) {
  test::temporary_folder folder;
  test::authority authority{folder, "ops"};
  test::authority stranger{folder, "stranger"};
  fake_node node{authority.issue("node")};
  auto foreign = stranger.issue("tool"); // believes the node, is not believed
  foreign.ca = authority.issue("x").ca;
  node_link link{node.options(foreign)};
  check_has(link.connect(), "hangs up: it does not know this certificate");
  node_link suspicious{node.options(stranger.issue("tool"))};
  check_has(suspicious.connect(), "hangs up: it does not know this certificate");
  node_link good{node.options(authority.issue("tool"))}; // the door still works
  CAF_CHECK_EQUAL(good.connect(), "");
}

CAF_TEST(without_a_certificate_there_is_no_way_in) {
  test::temporary_folder folder;
  test::authority authority{folder, "ops"};
  fake_node node{authority.issue("node")};
  node_link link{node.options()};
  check_has(link.connect(), "hangs up: it is no node, or wants a certificate (--cert)");
}

CAF_TEST(files_may_go_once_they_are_read) {
  test::temporary_folder folder;
  test::authority authority{folder, "ops"};
  auto paths = authority.issue("node");
  fake_node node{paths};
  auto mine = authority.issue("tool");
  std::filesystem::remove(paths.cert);
  std::filesystem::remove(paths.key);
  node_link link{node.options(mine)};
  CAF_CHECK_EQUAL(link.connect(), "");
}

CAF_TEST(files_that_are_of_no_use_are_named) {
  test::temporary_folder folder;
  test::authority authority{folder, "ops"};
  auto paths = authority.issue("node");
  auto other = authority.issue("other");
  auto rubbish = folder.write("rubbish", "rubbish");
  remoting x;
  CAF_CHECK(x.read({"/nowhere", paths.key, paths.ca}).starts_with("cert: /nowhere: No such"));
  CAF_CHECK(x.read({rubbish, paths.key, paths.ca}).starts_with("cert: " + rubbish));
  CAF_CHECK(x.read({paths.cert, other.key, paths.ca}).starts_with("key: " + other.key));
  CAF_CHECK(x.read({paths.cert, paths.key, rubbish}).starts_with("ca: " + rubbish));
  CAF_CHECK(!x.is_secure());
  CAF_CHECK_EQUAL(x.read(paths), "");
  CAF_CHECK(x.is_secure());
}
