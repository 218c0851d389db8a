#define CAF_SUITE http_session_test

#include "atrium/net/http/http_session.hpp"
#include "atrium/net/lane/lane_options.hpp"

#include "support/actor_fixture.hpp"
#include "support/bare_context.hpp"

#include <boost/asio/post.hpp>

#include <array>
#include <future>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace atrium;

namespace {

http_answer hello(const node_context&, const http_request&) {
  return {200, "text/plain", "hello"};
}

// Who knows the word may pass.
const http_gate gate{[](const node_context&) { return std::size_t{100}; },
                     [](const node_context&, const http_request& head, std::size_t) {
                       http_pass result;
                       if (head["X-Word"] != "sesame")
                         result.no = http_answer{401, "text/plain", "no"};
                       return result;
                     },
                     [](const node_context&) { return std::make_shared<semaphore>(10); }};

void say_hello(http_session&, http_route::responder done) {
  done({200, "text/plain", "hello"});
}

constexpr http_route table[] = {{"/", hello}, {"/gate", http_route::guarded{&gate, say_hello}}};
constexpr std::string_view question = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr unsigned handshake = 10; // seconds, by default

// A session on the lane of a node, whose seconds the test counts, and its client.
struct fixture : test::node_fixture {
  fixture() {
    std::array<int, 2> ends{};
    CAF_REQUIRE_EQUAL(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
    peer = ends[0];
    server = ends[1];
  }

  ~fixture() {
    lane.join();
    ::close(peer);
  }

  void accept(bool for_operators) {
    stream_socket socket{lane.io()};
    socket.assign({AF_UNIX, 0}, server);
    auto place = waiting->enter(boost::asio::ip::make_address("127.0.0.1"), true);
    std::make_shared<http_session>(std::move(socket), lane, node,
                                   http_routes{table, 0, for_operators}, std::move(place))
      ->run(nullptr, false);
  }

  // The timer of the lane adds its own: one a second, and a test takes less.
  void pass(unsigned seconds) {
    std::promise<void> done;
    boost::asio::post(lane.io(), [&] {
      for (unsigned i = 0; i < seconds; ++i)
        lane.timers().tick();
      done.set_value();
    });
    done.get_future().wait();
  }

  // Returns as soon as the session has read all of it.
  void send(std::string_view text) const {
    CAF_REQUIRE_EQUAL(::send(peer, text.data(), text.size(), MSG_NOSIGNAL),
                      static_cast<ssize_t>(text.size()));
    int unread = 1;
    for (int tries = 0; tries < 10'000 && unread != 0; ++tries) {
      ::ioctl(peer, SIOCOUTQ, &unread);
      ::poll(nullptr, 0, 1);
    }
    CAF_REQUIRE_EQUAL(unread, 0);
  }

  // What comes next: "" if the session has closed the connection.
  std::string receive() const {
    pollfd readable{peer, POLLIN, 0};
    if (::poll(&readable, 1, 10'000) != 1)
      return "nothing";
    std::array<char, 4096> buffer{};
    auto size = ::recv(peer, buffer.data(), buffer.size(), 0);
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  }

  bool is_answered() const {
    send(question);
    return receive().ends_with("hello");
  }

  // Whether the gate lets in who says this word; else the answer has to be 401.
  bool is_let_in(std::string_view word) const {
    send("POST /gate HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nX-Word: " + std::string{word}
         + "\r\n\r\n");
    auto answer = receive();
    CAF_CHECK(answer.ends_with("hello") || answer.starts_with("HTTP/1.1 401 "));
    return answer.ends_with("hello");
  }

  bool is_open() const {
    char byte = 0;
    return ::recv(peer, &byte, 1, MSG_DONTWAIT) != 0;
  }

  int peer = -1;
  int server = -1;
  lane_thread lane{sys, lane_options{}, std::make_shared<semaphore>(1'000), 0};
  std::shared_ptr<pending_connections> waiting
    = std::make_shared<pending_connections>(pending_connections::bounds{10, 10});
  std::shared_ptr<node_life> life = std::make_shared<node_life>();
  node_context_ptr node{new node_context(test::bare_context(sys, env, root, life))};
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(http_session_tests, fixture)

CAF_TEST(a connection is kept between requests for longer than a request may take) {
  accept(true);
  for (int i = 0; i < 3; ++i) {
    CAF_CHECK(is_answered());
    pass(60); // as pools and balancers do
    CAF_CHECK(is_open());
  }
  CAF_CHECK(is_answered());
  pass(120);
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(a node that leaves ends each connection with its answer) {
  accept(true);
  CAF_CHECK(is_answered());
  life->advance(node_phase::draining);
  send(question);
  auto answer = receive();
  CAF_CHECK(answer.ends_with("hello"));
  CAF_CHECK(answer.find("Connection: close") != answer.npos);
}

CAF_TEST(a request that has begun has to be complete in time) {
  accept(true);
  CAF_CHECK(is_answered());
  pass(60);
  send("G");
  pass(handshake + 1);
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(the first request has to come in time) {
  accept(true);
  pass(handshake + 1);
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(lines that come one by one are bounded together) {
  accept(true);
  send("GET / HTTP/1.1\r\nHost: a\r\n");
  const auto line = "X: " + std::string(995, 'x') + "\r\n";
  for (int i = 0; i < 8; ++i) // 8192 bytes by default
    send(line);
  CAF_CHECK(is_open());
  send(line);
  CAF_CHECK(receive().starts_with("HTTP/1.1 431 "));
}

CAF_TEST(a client without rights is not kept) {
  accept(false);
  CAF_CHECK(is_answered());
  pass(handshake + 1);
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(a blank line before a request may come in two halves) {
  accept(true);
  for (int i = 0; i < 2; ++i) { // the second time between two requests
    send("\r");
    CAF_CHECK(is_open());
    send("\n");
    CAF_CHECK(is_answered());
  }
}

CAF_TEST(a second blank line before a request is an error) {
  accept(true);
  send("\r");
  send("\n\r");
  CAF_CHECK(receive().starts_with("HTTP/1.1 400 "));
}

CAF_TEST(half a blank line has to be complete in time) {
  accept(true);
  CAF_CHECK(is_answered());
  send("\r");
  pass(handshake + 1);
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(who has passed a gate stays until it is passed no longer) {
  accept(false);
  for (int i = 0; i < 2; ++i) {
    CAF_CHECK(is_let_in("sesame"));
    pass(60);
    CAF_CHECK(is_open());
  }
  CAF_CHECK(is_let_in("sesame"));
  CAF_CHECK(!is_let_in("other"));
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(whom a gate refuses has the time of a client to try again) {
  accept(false);
  CAF_CHECK(is_let_in("sesame"));
  CAF_CHECK(!is_let_in("other"));
  CAF_CHECK(is_let_in("sesame"));
  CAF_CHECK(!is_let_in("other"));
  pass(handshake + 1);
  CAF_CHECK_EQUAL(receive(), "");
}

CAF_TEST(an operator whom a gate refuses stays) {
  accept(true);
  CAF_CHECK(is_let_in("sesame"));
  CAF_CHECK(!is_let_in("other"));
  pass(60);
  CAF_CHECK(is_answered());
}

CAF_TEST_FIXTURE_SCOPE_END()
