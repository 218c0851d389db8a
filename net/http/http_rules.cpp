#include "atrium/net/http/http_rules.hpp"

#include "atrium/broker/util/text.hpp"
#include "atrium/net/admission/admission.hpp"
#include "atrium/net/http/http_fields.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <fmt/core.h>

namespace atrium {

namespace http = boost::beast::http;

namespace {

using boost::algorithm::iequals;
using boost::algorithm::istarts_with;

constexpr std::string_view unreserved
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
constexpr std::string_view hexadecimal = "0123456789ABCDEFabcdef";

// uri-host [ ":" port ] of RFC 3986, 3.2; an empty one is a host, too.
bool is_authority(std::string_view x) {
  auto v6 = x.starts_with('[');
  auto end = v6 ? x.find(']') : std::min(x.find(':'), x.size());
  if (end == x.npos)
    return false;
  auto host = x.substr(v6 ? 1 : 0, v6 ? end - 1 : end);
  auto rest = x.substr(v6 ? end + 1 : end);
  auto sound = v6 ? !host.empty() && has_only(host, hexadecimal, ":.")
                  : has_only(host, unreserved, "!$&'()*+,;=%");
  return sound
         && (rest.empty()
             || (rest.front() == ':'
                 && has_only(rest.substr(1), "0123456789")));
}

// RFC 9112, 6.1 and 6.3: that its last coding is "chunked" is all that says
// where a body ends.
std::optional<http_flaw> flaw_of_codings(const http_request& x) {
  auto line = find_field(x, http::field::transfer_encoding);
  if (!line)
    return std::nullopt;
  if (x.version() < 11)
    return http_flaw{400, "HTTP/1.0 has no Transfer-Encoding"};
  auto codings = elements_of(*line);
  if (codings.empty() || !iequals(codings.back(), "chunked")
      || std::ranges::count_if(codings, [](auto y) {
           return iequals(y, "chunked");
         }) != 1)
    return http_flaw{400, "unknown Transfer-Encoding"};
  if (codings.size() != 1)
    return http_flaw{501, "of Transfer-Encoding only chunked is known"};
  return std::nullopt;
}

// Decodes what needs no percent-encoding (RFC 3986, 6.2.2.2). Dots stay: a
// proxy in front may read them in another way.
std::string decoded_path(std::string_view path) {
  std::string result;
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned byte = 0;
    auto hex = path.substr(i + 1, 2);
    if (path[i] == '%' && hex.size() == 2 && has_only(hex, hexadecimal))
      std::from_chars(hex.data(), hex.data() + 2, byte, 16);
    auto needless = unreserved.find(static_cast<char>(byte)) != unreserved.npos;
    result.push_back(needless ? static_cast<char>(byte) : path[i]);
    i += needless ? 2 : 0;
  }
  return result;
}

void decode_path(http_request& x) {
  std::string_view target{x.target()};
  auto path = path_of(target);
  if (path.find('%') != path.npos)
    x.target(decoded_path(path).append(target.substr(path.size())));
}

// RFC 9112, 3.2.2: of a target that names a host only that one counts.
bool take_absolute(http_request& x) {
  std::string target{x.target()};
  auto start = target.find("://") + 3;
  auto end = std::min(target.find_first_of("/?", start), target.size());
  auto host = target.substr(start, end - start);
  if (host.empty() || !is_authority(host))
    return false;
  auto rest = target.substr(end);
  if (rest.empty() && x.method() == http::verb::options)
    rest = "*";
  else if (!rest.starts_with('/'))
    rest.insert(0, "/");
  x.set(http::field::host, host);
  x.target(rest);
  decode_path(x);
  return true;
}

std::optional<http_flaw> take_target(http_request& x) {
  const http_flaw bad{400, "the target is not a path"};
  std::string_view target{x.target()};
  if (x.method() == http::verb::connect)
    return std::nullopt; // is answered by 501, whatever it names
  if (target.starts_with('/')) {
    decode_path(x);
    return std::nullopt;
  }
  if (target == "*")
    return x.method() == http::verb::options ? std::nullopt
                                             : std::optional{bad};
  auto web
    = istarts_with(target, "http://") || istarts_with(target, "https://");
  return web && take_absolute(x) ? std::nullopt : std::optional{bad};
}

// The parser knows two versions (RFC 9110, 15.6.6).
http_flaw flaw_of_version(std::string_view bytes) {
  auto line = bytes.substr(0, bytes.find("\r\n"));
  auto version = line.substr(std::min(line.rfind(' '), line.size() - 1) + 1);
  auto is_version = version.size() == 8 && version.starts_with("HTTP/")
                    && has_only(version.substr(5, 1), "0123456789")
                    && version[6] == '.'
                    && has_only(version.substr(7), "0123456789");
  if (is_version && version != "HTTP/1.0" && version != "HTTP/1.1")
    return {505, "only HTTP/1.0 and HTTP/1.1 are understood"};
  return {400, "bad HTTP-version"};
}

} // namespace

std::optional<http_flaw> make_sound(http_request& x) {
  // First of all: the rules below read a field as one line. With two lines the
  // node and a proxy in front might each believe another one.
  if (auto twice = join_lines(x); twice == "Host")
    return http_flaw{400, "more than one Host"};
  else if (!twice.empty())
    return http_flaw{400, "a field that is no list stands there twice"};
  if (auto flaw = flaw_of_codings(x))
    return flaw;
  auto host = find_field(x, http::field::host);
  if (x.version() >= 11 && !host)
    return http_flaw{400, "there is no Host"};
  if (!is_authority(host.value_or(std::string_view{})))
    return http_flaw{400, "the Host is not one"};
  return take_target(x);
}

std::optional<http_flaw> flaw_of(boost::system::error_code error,
                                 std::string_view bytes) {
  auto malformed
    = error.category()
      == http::make_error_code(http::error::bad_version).category();
  // The connection has ended, or its time: there is no reader for an answer.
  if (!malformed || error == http::error::end_of_stream
      || error == http::error::partial_message)
    return std::nullopt;
  if (error == http::error::header_limit)
    return http_flaw{431, "the header is too long"};
  if (error == http::error::body_limit)
    return http_flaw{413, "the body is longer than it may be here"};
  if (error == http::error::bad_version)
    return flaw_of_version(bytes);
  return http_flaw{400, error.message()};
}

std::string path_named_by(std::string_view target, std::string_view bytes) {
  if (target.empty()) { // the parser has not come so far
    auto line = bytes.substr(0, bytes.find("\r\n"));
    target = line.substr(std::min(line.find(' '), line.size() - 1) + 1);
    target = target.substr(0, target.find(' '));
  }
  if (auto host = target.find("://");
      host != target.npos && !target.starts_with('/'))
    target.remove_prefix(std::min(target.find('/', host + 3), target.size()));
  return decoded_path(path_of(target));
}

bool waits_for_continue(const http_request& head) {
  return head.version() >= 11
         && has_token(value_of(head, http::field::expect), "100-continue");
}

std::string http_date(std::chrono::system_clock::time_point now) {
  // By hand, since strftime() follows the locale.
  constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto seconds = std::chrono::system_clock::to_time_t(now);
  std::tm x{};
  ::gmtime_r(&seconds, &x);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     days.at(static_cast<std::size_t>(x.tm_wday)), x.tm_mday,
                     months.at(static_cast<std::size_t>(x.tm_mon)),
                     x.tm_year + 1900, x.tm_hour, x.tm_min, x.tm_sec);
}

} // namespace atrium
