#include "atrium/net/cli/inspect/node_link.hpp"

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ios>
#include <optional>

namespace atrium::tool {

namespace {

namespace ssl = boost::asio::ssl;

constexpr std::streamsize largest_token_file = 8192; // with ends of lines

// A control character would end the header that the token is put into.
bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

std::string read_token(const std::string& path, std::string& out) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return "--token-file: " + path + ": " + std::strerror(errno);
  // Iterators would throw here: to open a folder succeeds, to read it fails.
  out.resize(std::size_t{largest_token_file});
  file.read(out.data(), largest_token_file);
  out.resize(static_cast<std::size_t>(file.gcount()));
  // Editors add a line break.
  out.erase(out.find_last_not_of("\r\n") + 1);
  if (file.bad() || out.empty())
    return "--token-file: " + path + ": there is no token in it";
  return {};
}

std::string trust(ssl::context& tls, const std::string& ca) {
  boost::system::error_code error;
  tls.set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
  // --ca replaces the authorities of the machine: no other one is trusted then.
  if (ca.empty())
    tls.set_default_verify_paths(error);
  else
    tls.load_verify_file(ca, error);
  return error ? "--ca: " + ca + ": " + error.message() : std::string{};
}

} // namespace

node_link::node_link(const inspect_options& from)
  : terms_(std::make_shared<exchange_terms>()) {
  terms_->from = from;
}

std::string node_link::prepare() {
  auto& from = terms_->from;
  if (!from.token_file.empty())
    if (auto error = read_token(from.token_file, from.token); !error.empty())
      return error;
  if (std::ranges::any_of(from.token, is_control))
    return "the token has a control character in it";
  if (from.node.by != node_address::transport::tls)
    return {};
  terms_->tls = std::make_shared<ssl::context>(ssl::context::tls_client);
  return trust(*terms_->tls, from.ca);
}

void node_link::ask(node_request what,
                    std::function<void(node_response)> then) {
  exchange(io_, terms_, std::move(what), std::move(then));
}

node_response node_link::ask(node_request what) {
  std::optional<node_response> result;
  ask(std::move(what), [&](node_response x) { result = std::move(x); });
  // The context is stopped if the last request left no work.
  io_.restart();
  // Only until the response: cancelled handlers may wait for the next request.
  while (!result)
    io_.run_one();
  return std::move(*result);
}

} // namespace atrium::tool
