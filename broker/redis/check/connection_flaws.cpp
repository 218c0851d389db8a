#include "atrium/broker/redis/check/connection_flaws.hpp"

#include "atrium/broker/redis/resp.hpp"

#include <algorithm>
#include <initializer_list>

namespace atrium {

namespace {

bool has(std::string_view text, std::initializer_list<std::string_view> any) {
  return std::ranges::any_of(
    any, [text](auto x) { return text.find(x) != text.npos; });
}

std::string where(const redis_address& at) {
  return at.is_unix() ? at.path : to_string(at.hosts.front());
}

// Fit for a terminal.
std::string quoted(std::string_view bytes) {
  constexpr std::size_t most = 40;
  std::string result{
    bytes.substr(0, std::min(most, bytes.find_first_of("\r\n")))};
  for (auto& c : result)
    if (c < ' ' || c > '~')
      c = '.';
  return '\'' + result + '\'';
}

std::string explain_path(const redis_address& at, const std::string& error) {
  if (has(error, {"No such file"}))
    return "there is no socket " + at.path;
  if (has(error, {"Permission denied"}))
    return "this user may not use the socket " + at.path
           + " (Permission denied): see unixsocketperm";
  if (has(error, {"refused"}))
    return "nobody listens on the socket " + at.path
           + ": the server that made it is gone (Connection refused)";
  return at.path + " cannot be reached: " + error;
}

std::string explain_certificate(const redis_address& at,
                                const std::string& error) {
  auto& host = at.hosts.front().name;
  auto why = error.substr(error.rfind(": ") + 2);
  if (has(error, {"mismatch"}))
    return "TLS: the certificate of the server is for another name than " + host
           + " (" + why + "): connect to a name that is in it";
  if (has(error, {"expired"}))
    return "TLS: the certificate of the server has expired";
  if (has(error, {"not yet valid"}))
    return "TLS: the certificate of the server is not valid yet: compare the "
           "clocks";
  if (has(error, {"self-signed", "self signed", "issuer", "verify the first"}))
    return "TLS: the certificate of the server is by an authority that is not "
           "trusted here ("
           + why + "): name it by --redis-ca FILE";
  return error;
}

std::string explain_alert(const std::string& error) {
  if (has(error, {"certificate required", "handshake failure"}))
    return "TLS: the server wants a certificate of the node: --redis-cert FILE "
           "and --redis-key FILE ("
           + error + ')';
  return "TLS: the server does not accept the certificate of the node (" + error
         + ')';
}

bool is_alert(const std::string& error) {
  return has(error, {"certificate required", "handshake failure",
                     "alert bad certificate", "alert unknown ca",
                     "alert certificate", "alert unsupported certificate"});
}

} // namespace

std::string explain_connect(const redis_address& at, const std::string& error) {
  if (at.is_unix())
    return explain_path(at, error);
  auto& host = at.hosts.front().name;
  if (has(error, {"is not accepted"}))
    return explain_certificate(at, error);
  if (is_alert(error))
    return explain_alert(error);
  if (error.starts_with("TLS: "))
    return "TLS: the server at " + where(at) + " does not speak TLS ("
           + error.substr(5)
           + "): write redis instead of rediss, or name its TLS port";
  if (error.starts_with(host + ": "))
    return "the name " + host + " does not resolve ("
           + error.substr(host.size() + 2) + ')';
  if (has(error, {"refused"}))
    return "nobody listens at " + where(at) + " (Connection refused)";
  if (has(error, {"in time"}))
    return where(at)
           + " does not answer: a firewall drops what is sent there, "
             "or the machine is gone";
  return where(at) + " cannot be reached: " + error;
}

std::string explain_silence(const redis_address& at, const std::string& why,
                            std::string_view heard) {
  if (is_alert(why))
    return explain_alert(why);
  if (heard.starts_with("\x15\x03"))
    return where(at) + " speaks TLS: write rediss instead of redis";
  if (heard.starts_with("HTTP/") || heard.starts_with('<'))
    return where(at) + " is an HTTP server, not Redis: it says "
           + quoted(heard);
  if (heard.starts_with("ERROR\r\n"))
    return where(at) + " is no Redis, probably memcached: it says 'ERROR'";
  if (!heard.empty())
    return where(at) + " is no Redis: it says " + quoted(heard);
  if (why.empty())
    return where(at)
           + " accepts the connection and says nothing: the server "
             "is stalled, is no Redis, or wants TLS (rediss)";
  auto wants_tls = at.tls || at.is_unix()
                     ? "it "
                     : "it wants TLS (write rediss instead of redis), it ";
  return where(at) + " closes the connection without an answer (" + why
         + "): " + wants_tls + "is no Redis, or lets nobody in from here";
}

std::string explain_login(resp_reply reply, const std::string& user,
                          bool has_password, bool is_sentinel) {
  auto text = reply.front().text;
  auto file = std::string{is_sentinel ? "--redis-sentinel-password-file"
                                      : "--redis-password-file"};
  auto who = user.empty() ? "" : " of the user " + user;
  if (!is_error(reply))
    return {};
  if (text.starts_with("WRONGPASS") || has(text, {"invalid password"}))
    return "the password" + who
           + " is wrong, or the user does not exist or is disabled "
             "(WRONGPASS)";
  if (text.starts_with("NOAUTH"))
    return "the server wants a password, and none is given: " + file + " FILE"
           + (is_sentinel ? "" : ", or redis://user:password@host");
  if (has_password && has(text, {"without any password configured"}))
    return "a password is given, and the server has none: leave it out, or "
           "set requirepass there";
  if (text.starts_with("DENIED"))
    return "the server is in protected mode: it lets in other machines only "
           "with a password, or with protected-mode no (DENIED)";
  if (has(text, {"max number of clients"}))
    return "the server has as many connections as it takes (maxclients)";
  if (text.starts_with("LOADING"))
    return "the server loads its data: try again later (LOADING)";
  if (has(text, {"unknown command"}))
    return "the server does not know HELLO: it is older than Redis 6, or a "
           "proxy in front of Redis, and nodes need 6.2 or newer";
  return "the server does not let the node in: " + std::string{loggable(text)};
}

} // namespace atrium
