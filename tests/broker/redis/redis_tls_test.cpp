#define CAF_SUITE redis_tls_test

#include "caf/test/unit_test.hpp"
#include "support/certificates.hpp"
#include "support/redis_fixture.hpp"
#include "support/signing_keys.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

// A server with a certificate for `name`, which wants one of its clients if told.
class secured_server {
public:
  explicit secured_server(const std::string& name, bool asks_clients = false) {
    redis_server_setup setup;
    setup.tls.emplace(redis_tls{ours.issue(name), std::nullopt});
    if (asks_clients)
      setup.tls->client = ours.issue("DNS:node");
    with_free_ports(1, [&](auto& ports) {
      setup.port = ports.at(0);
      server_ = std::make_unique<redis_server>(setup);
    });
  }

  // A node that believes in `files.ca`, and goes to `host`.
  bus_settings client(const tls_trust_files& files, const std::string& host = "127.0.0.1") const {
    auto config = quick_config(*server_);
    config.address
      = parse_redis_address("rediss://" + host + ':' + server_->port_text()).address.value();
    auto access = std::make_shared<current_access>();
    std::string error;
    access->replace(redis_access{.tls = load_tls_trust(files, error)});
    CAF_CHECK_EQUAL(error, "");
    config.access = access;
    return config;
  }

  std::string ca() const {
    return ours.issue("DNS:other").ca;
  }

  temporary_folder folder;
  authority ours{folder, "ours"};

private:
  std::unique_ptr<redis_server> server_;
};

bool can_run() {
  return redis_server::is_installed() && redis_server::has_tls();
}

bool complains(const bus& x, std::string_view of) {
  return eventually([&] { return x.stats().trouble.find(of) != std::string::npos; });
}

} // namespace

CAF_TEST(messages pass over a link with TLS) {
  if (!can_run())
    return;
  secured_server server{"IP:127.0.0.1"};
  own_bus subject{server.client({.ca = server.ca()})};
  CAF_CHECK(is_connected(subject));
  CAF_CHECK_EQUAL(publish_and_wait(subject, "room", std::string(100'000, 'x')), errc::none);
}

CAF_TEST(a certificate for another name is refused) {
  if (!can_run())
    return;
  secured_server server{"DNS:redis.example"};
  own_bus subject{server.client({.ca = server.ca()})};
  CAF_CHECK(complains(subject, "IP address mismatch"));
  own_bus by_name{server.client({.ca = server.ca()}, "localhost")};
  CAF_CHECK(complains(by_name, "hostname mismatch"));
  CAF_CHECK(!subject.stats().publishes && !by_name.stats().publishes);
}

CAF_TEST(an authority nobody has heard of is refused) {
  if (!can_run())
    return;
  secured_server server{"IP:127.0.0.1"};
  authority other{server.folder, "other"};
  own_bus subject{server.client({.ca = other.issue("DNS:x").ca})};
  CAF_CHECK(complains(subject, "the certificate of the server is not accepted for 127.0.0.1"));
  own_bus of_the_machine{server.client({})};
  CAF_CHECK(complains(of_the_machine, "the certificate of the server is not accepted"));
}

CAF_TEST(who has no certificate of its own is sent away where one is wanted) {
  if (!can_run())
    return;
  secured_server server{"IP:127.0.0.1", true};
  own_bus stranger{server.client({.ca = server.ca()})};
  CAF_CHECK(complains(stranger, "redis-cert"));
  auto mine = server.ours.issue("DNS:node");
  own_bus known{server.client({.ca = server.ca(), .cert = mine.cert, .key = mine.key})};
  CAF_CHECK(is_connected(known));
}

CAF_TEST(a server without TLS is told from one that has it) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    auto port = server.open_port();
    config.address
      = parse_redis_address("rediss://127.0.0.1:" + std::to_string(port)).address.value();
    auto access = std::make_shared<current_access>();
    std::string error;
    access->replace(redis_access{.tls = load_tls_trust({}, error)});
    config.access = access;
    config.setup_timeout = 200ms;
    own_bus subject{config};
    CAF_CHECK(complains(subject, "TLS: "));
  });
}

CAF_TEST(what replaces the certificates counts for the next connection) {
  if (!can_run())
    return;
  secured_server server{"IP:127.0.0.1"};
  authority other{server.folder, "other"};
  auto config = server.client({.ca = other.issue("DNS:x").ca});
  auto access = std::make_shared<current_access>();
  access->replace(*config.access->get());
  config.access = access;
  own_bus subject{config};
  CAF_CHECK(complains(subject, "not accepted"));
  std::string error;
  access->replace(redis_access{.tls = load_tls_trust({.ca = server.ca()}, error)});
  CAF_CHECK(is_connected(subject));
}

CAF_TEST(files that cannot be used are named) {
  temporary_folder folder;
  authority ours{folder, "ours"};
  auto pair = ours.issue("DNS:a");
  auto error_of = [](const tls_trust_files& files) {
    std::string error;
    CAF_CHECK(load_tls_trust(files, error) == nullptr);
    return error;
  };
  auto missing = error_of({.prefix = "redis", .ca = "/nonexistent"});
  CAF_CHECK(missing.starts_with("redis-ca: /nonexistent: "));
  auto no_key = error_of({.prefix = "redis", .ca = pair.ca, .cert = pair.cert, .key = pair.ca});
  CAF_CHECK(no_key.starts_with("redis-key: " + pair.ca));
  auto no_cert = error_of({.prefix = "redis", .ca = pair.ca, .cert = pair.key, .key = pair.key});
  CAF_CHECK(no_cert.starts_with("redis-cert: " + pair.key));
}
