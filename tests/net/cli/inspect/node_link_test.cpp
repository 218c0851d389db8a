#define CAF_SUITE node_link_test

#include "atrium/net/cli/inspect/node_link.hpp"

#include "support/certificates.hpp"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <caf/test/unit_test.hpp>

#include <filesystem>
#include <future>
#include <thread>

using namespace atrium;
using namespace atrium::tool;
using namespace std::chrono_literals;

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using request = http::request<http::string_body>;
using response = http::response<http::string_body>;

response json_answer(unsigned status, std::string body) {
  response x{static_cast<http::status>(status), 11};
  x.set(http::field::content_type, "application/json");
  x.body() = std::move(body);
  x.prepare_payload();
  return x;
}

/// Answers one request after the other, as a node does; says what was asked.
template <class Protocol>
class fake_node {
public:
  using handler = std::function<response(const request&)>;

  fake_node(const typename Protocol::endpoint& where, handler answer,
            std::shared_ptr<asio::ssl::context> tls = nullptr)
    : acceptor_(io_, where), answer_(std::move(answer)), tls_(std::move(tls)) {
    thread_ = std::thread{[this] { serve(); }};
  }

  ~fake_node() {
    stop_ = true;
    typename Protocol::socket last{io_};
    last.connect(acceptor_.local_endpoint());
    thread_.join();
  }

  auto endpoint() const {
    return acceptor_.local_endpoint();
  }

private:
  void serve() {
    while (true) {
      auto socket = acceptor_.accept();
      if (stop_)
        return;
      boost::system::error_code error;
      if (!tls_) {
        talk(socket);
        continue;
      }
      asio::ssl::stream<typename Protocol::socket&> secure{socket, *tls_};
      secure.handshake(asio::ssl::stream_base::server, error);
      if (!error)
        talk(secure);
    }
  }

  template <class Stream>
  void talk(Stream& by) {
    boost::system::error_code error;
    boost::beast::flat_buffer buffer;
    request asked;
    http::read(by, buffer, asked, error);
    if (!error)
      http::write(by, answer_(asked), error);
  }

  asio::io_context io_;
  typename Protocol::acceptor acceptor_;
  handler answer_;
  std::shared_ptr<asio::ssl::context> tls_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

const tcp::endpoint anywhere{asio::ip::address_v4::loopback(), 0};

using tcp_node = fake_node<tcp>;

/// Says what was asked.
response echo(const request& x) {
  auto text = std::string{x.method_string()} + ' ' + std::string{x.target()};
  for (auto name : {http::field::host, http::field::content_type, http::field::authorization})
    text += ' ' + std::string{x[name]};
  return json_answer(200, text + ' ' + x.body());
}

inspect_options options_for(const std::string& address) {
  inspect_options result;
  CAF_REQUIRE_EQUAL(read_node_address(address, result.node), "");
  result.timeout = 10s; // nothing here waits for so long
  return result;
}

std::string address_of(std::uint16_t port, const char* scheme = "http://",
                       const char* host = "127.0.0.1") {
  return scheme + std::string{host} + ':' + std::to_string(port);
}

node_response ask(const inspect_options& from, node_request what = {"node", std::nullopt}) {
  node_link link{from};
  CAF_REQUIRE_EQUAL(link.prepare(), "");
  return link.ask(std::move(what));
}

void check_has(const std::string& text, const std::string& part) {
  if (text.find(part) == text.npos)
    CAF_ERROR("no '" << part << "' in: " << text);
}

} // namespace

CAF_TEST(views_are_gets_and_acts_are_posts_with_the_token) {
  tcp_node node{anywhere, echo};
  auto port = node.endpoint().port();
  auto host = "127.0.0.1:" + std::to_string(port);
  auto options = options_for(address_of(port));
  options.token = "secret";
  CAF_CHECK_EQUAL(ask(options, {"", std::nullopt}).json, "GET /inspect " + host + "   ");
  CAF_CHECK_EQUAL(ask(options, {"top?limit=1", std::nullopt}).json,
                  "GET /inspect/top?limit=1 " + host + "   ");
  CAF_CHECK_EQUAL(ask(options, {"rooms/a/publish", "{}"}).json,
                  "POST /inspect/rooms/a/publish " + host + " application/json Bearer secret {}");
  options = options_for(address_of(port) + "/below/");
  CAF_CHECK_EQUAL(ask(options, {"x", std::nullopt}).json, "GET /below/inspect/x " + host + "   ");
}

CAF_TEST(requests_at_the_same_time_are_all_answered) {
  tcp_node node{anywhere, echo};
  node_link link{options_for(address_of(node.endpoint().port()))};
  std::size_t answered = 0;
  for (int i = 0; i < 3; ++i)
    link.ask({"x", std::nullopt}, [&](const node_response& x) { answered += x.error.empty(); });
  link.io().run();
  CAF_CHECK_EQUAL(answered, 3U);
}

CAF_TEST(large_answers_come_whole) {
  tcp_node node{anywhere, [](auto&) { return json_answer(200, std::string(3'000'000, 'x')); }};
  CAF_CHECK_EQUAL(ask(options_for(address_of(node.endpoint().port()))).json.size(), 3'000'000U);
}

CAF_TEST(what_the_node_says_instead_of_an_answer_is_the_error) {
  unsigned status = 404;
  std::string body = R"({"error":"unknown","message":"no \u202e such"})";
  tcp_node node{anywhere, [&](auto&) { return json_answer(status, body); }};
  auto options = options_for(address_of(node.endpoint().port()));
  CAF_CHECK_EQUAL(ask(options).error, "no \\u{202e} such");
  body = "7";
  CAF_CHECK_EQUAL(ask(options).error, "status 404");
  status = 401;
  check_has(ask(options).error, "--token-file");
  options.token = "x";
  CAF_CHECK_EQUAL(ask(options).error, "the node does not take this token");
}

CAF_TEST(somebody_else_is_not_taken_for_a_node) {
  tcp_node node{anywhere, [](auto&) {
                  auto x = json_answer(200, "<p>");
                  x.set(http::field::content_type, "text/html");
                  return x;
                }};
  check_has(ask(options_for(address_of(node.endpoint().port()))).error,
            "is no internal listener of a node: status 200 text/html");
}

CAF_TEST(nobody_there_is_said_at_once) {
  std::uint16_t port = 0;
  {
    asio::io_context io;
    tcp::acceptor free{io, anywhere};
    port = free.local_endpoint().port();
  }
  auto address = address_of(port);
  CAF_CHECK_EQUAL(ask(options_for(address)).error,
                  "cannot reach " + address + ": Connection refused");
  check_has(ask(options_for("unix:///nowhere/x")).error,
            "cannot reach unix:///nowhere/x: No such file");
  check_has(ask(options_for("http://nowhere.invalid:1")).error, "cannot find nowhere.invalid: ");
}

CAF_TEST(a_peer_that_says_nothing_is_given_up) {
  asio::io_context io;
  tcp::acceptor mute{io, anywhere};
  for (auto scheme : {"http://", "https://"}) {
    auto options = options_for(address_of(mute.local_endpoint().port(), scheme));
    options.timeout = 300ms;
    check_has(ask(options).error, "does not answer within 300 ms");
  }
}

CAF_TEST(a_peer_that_speaks_something_else_is_refused) {
  asio::io_context io;
  tcp::acceptor other{io, anywhere};
  std::thread server{[&] {
    for (int i = 0; i < 2; ++i) {
      auto socket = other.accept();
      asio::write(socket, asio::buffer(std::string(4096, 'x')));
      char byte = 0; // a reset would hide what was written
      boost::system::error_code end;
      while (!end)
        socket.read_some(asio::buffer(&byte, 1), end);
    }
  }};
  auto port = other.local_endpoint().port();
  check_has(ask(options_for(address_of(port))).error, "answers something that is no HTTP");
  check_has(ask(options_for(address_of(port, "https://"))).error, "does not speak TLS");
  server.join();
}

CAF_TEST(a_unix_socket_is_asked_like_a_port) {
  using local = asio::local::stream_protocol;
  test::temporary_folder folder;
  auto path = folder.path() + "/node.sock";
  fake_node<local> node{local::endpoint{path}, echo};
  CAF_CHECK_EQUAL(ask(options_for("unix://" + path), {"x", std::nullopt}).json,
                  "GET /inspect/x localhost   ");
}

CAF_TEST(only_a_certificate_for_the_node_by_a_trusted_authority_will_do) {
  test::temporary_folder folder;
  test::authority authority{folder, "ops"};
  test::authority stranger{folder, "stranger"};
  auto paths = authority.issue("IP:127.0.0.1");
  auto tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  tls->use_certificate_chain_file(paths.cert);
  tls->use_private_key_file(paths.key, asio::ssl::context::pem);
  tcp_node node{anywhere, echo, tls};
  auto port = node.endpoint().port();
  auto options = options_for(address_of(port, "https://"));
  options.ca = paths.ca;
  check_has(ask(options).json, "GET /inspect/node");
  auto elsewhere = options_for(address_of(port, "https://", "localhost"));
  elsewhere.ca = paths.ca;
  check_has(ask(elsewhere).error, "is not good: hostname mismatch");
  options.ca = stranger.issue("DNS:x").ca;
  check_has(ask(options).error, "is not good: ");
  options.ca.clear(); // whom this machine trusts
  check_has(ask(options).error, "is not good: ");
}

CAF_TEST(files_that_are_of_no_use_are_named) {
  test::temporary_folder folder;
  auto options = options_for("https://localhost:1");
  options.ca = folder.write("rubbish", "rubbish");
  CAF_CHECK(node_link{options}.prepare().starts_with("--ca: " + options.ca));
  options.ca.clear();
  options.token_file = "/nowhere";
  check_has(node_link{options}.prepare(), "--token-file: /nowhere: No such file");
  options.token_file = "/";
  check_has(node_link{options}.prepare(), "--token-file: /: there is no token in it");
  options.token_file = folder.write("empty", "\n");
  check_has(node_link{options}.prepare(), "there is no token in it");
  options.token_file = folder.write("header", "a\r\nb: c");
  check_has(node_link{options}.prepare(), "control character");
}
