#include "atrium/net/cli/run_token.hpp"

#include "atrium/actors/rights.hpp"
#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/auth/claims.hpp"
#include "atrium/net/auth/jwt_keys.hpp"
#include "atrium/net/auth/jwt_signature.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace atrium {

namespace {

using std::string;

/// What the token is to say, as it stands on the command line.
struct token_request {
  string user;
  string ttl = "1h";
  std::vector<string> rooms;
  bool broadcast = false;
  bool send = false;
  string info;
  string issuer;
  string audience;
  string algorithm;
  string secret_file;
  string key;
  string kid;
};

void add_options(CLI::App& app, token_request& out) {
  app.add_option("--user", out.user, "User, the claim sub.")->required();
  app.add_option("--ttl", out.ttl, "How long it is good: 90s, 15m, 1h, 7d.")
    ->capture_default_str();
  app
    .add_option("--room", out.rooms,
                "Rights in rooms, may be repeated: game:*=join,publish.")
    // Or CLI11 takes all words that follow for more rooms.
    ->allow_extra_args(false);
  app.add_flag("--broadcast", out.broadcast, "The right to broadcast.");
  app.add_flag("--send", out.send, "The right to send to users.");
  app.add_option("--info", out.info, "JSON object about the user for others.");
  app.add_option("--jwt-issuer", out.issuer, "The claim iss.");
  app.add_option("--jwt-audience", out.audience, "The claim aud.");
  app.add_option("--jwt-alg", out.algorithm, "Algorithm, e.g. HS256.")
    ->required();
  app.add_option("--jwt-secret-file", out.secret_file, "Secret, for HS.")
    ->type_name("FILE");
  app
    .add_option("--jwt-key", out.key,
                "Private key in PEM, for RS, PS, ES and EdDSA.")
    ->type_name("FILE");
  app.add_option("--kid", out.kid, "Name of the key, for --jwt-keys.");
}

// Reads `90s`, `15m`, `1h` or `7d`; 0 if it is something else.
long read_seconds(const string& text) {
  constexpr std::string_view units = "smhd";
  constexpr std::array<long, 4> factors = {1, 60, 3600, 86400};
  // So many days in seconds still fit into a long.
  constexpr long most = 1'000'000;
  long count = 0;
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, count);
  auto unit = stop + 1 == end ? units.find(*stop) : units.npos;
  if (error != std::errc{} || unit == units.npos || count < 0 || count > most)
    return 0;
  return count * factors.at(unit);
}

nlohmann::json names_of(const room_rights& what) {
  auto result = nlohmann::json::array();
  for (auto name : {"join", "publish", "presence", "history"})
    if (what.*find_room_right(name))
      result.push_back(name);
  return result;
}

// Returns what is wrong with the request, or nothing and the claims.
string make_claims(const token_request& x, nlohmann::json& out) {
  auto ttl = read_seconds(x.ttl);
  if (!is_name(x.user))
    return "--user: not a user name";
  if (!is_utf8(x.kid))
    return "--kid: not UTF-8";
  if (ttl == 0)
    return "--ttl: '" + x.ttl + "' is not like 90s, 15m, 1h or 7d";
  // Whole seconds: some readers of a NumericDate (RFC 7519, 2) take no
  // fractions.
  auto now = static_cast<long>(std::time(nullptr));
  out = {{"sub", x.user}, {"iat", now}, {"exp", now + ttl}};
  for (auto& text : x.rooms) {
    room_grant grant;
    if (auto error = read_room_grant(text, grant); !error.empty())
      return "--room: " + error;
    // A pattern that is given twice has the rights of the last one.
    out["rooms"][grant.pattern] = names_of(grant.what);
  }
  if (x.broadcast)
    out["broadcast"] = true;
  if (x.send)
    out["send"] = true;
  if (!x.issuer.empty())
    out["iss"] = x.issuer;
  if (!x.audience.empty())
    out["aud"] = x.audience;
  if (!is_utf8(x.issuer) || !is_utf8(x.audience))
    return "--jwt-issuer, --jwt-audience: not UTF-8";
  auto sound
    = x.info.empty() || (is_utf8(x.info) && json_object::parse(x.info));
  return sound ? "" : "--info: not a JSON object";
}

string read_signing_key(const token_request& x, string& error) {
  auto algorithm = find_jwt_algorithm(x.algorithm);
  if (algorithm == nullptr) {
    error = "--jwt-alg: '" + x.algorithm + "' is not an algorithm";
    return {};
  }
  // A secret is read as bytes, a key as PEM, so each has its own flag.
  auto hmac = algorithm->kind == jwt_algorithm::family::hmac;
  auto flag = hmac ? "--jwt-secret-file" : "--jwt-key";
  auto& path = hmac ? x.secret_file : x.key;
  if (path.empty())
    error = "is needed for " + x.algorithm;
  auto key = error.empty() && hmac ? read_secret(path, error)
             : error.empty()       ? read_key_file(path, error)
                                   : string{};
  // RFC 7518, 3.2: at least as long as the hash.
  if (error.empty() && hmac && key.size() < algorithm->hash_bytes)
    error = "the secret is too short, no node accepts it";
  if (!error.empty())
    error = string{flag} + ": " + error;
  return key;
}

// Returns the token, or nothing if the key is of no use.
string sign(const token_request& x, const nlohmann::json& claims,
            const string& key) {
  nlohmann::json header = {{"alg", x.algorithm}, {"typ", "JWT"}};
  if (!x.kid.empty())
    header["kid"] = x.kid;
  auto payload = claims.dump();
  if (!x.info.empty()) // as it stands, with all digits of its numbers
    payload.replace(payload.size() - 1, 1, ",\"info\":" + x.info + "}");
  auto text = encode_base64url(header.dump()) + "." + encode_base64url(payload);
  auto signature
    = jwt_signature_of(text, key, *find_jwt_algorithm(x.algorithm));
  return signature.empty() ? string{}
                           : text + "." + encode_base64url(signature);
}

int refuse(const string& why) {
  std::fprintf(stderr, "atrium token: %s\n", why.c_str());
  return 2;
}

} // namespace

int run_token(int argc, const char* const* argv) {
  token_request request;
  CLI::App app{"Prints a signed token.", "atrium token"};
  add_options(app, request);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::ParseError& error) {
    return refuse(error.what());
  }
  nlohmann::json claims;
  if (auto error = make_claims(request, claims); !error.empty())
    return refuse(error);
  string error;
  auto key = read_signing_key(request, error);
  if (!error.empty())
    return refuse(error);
  auto token = sign(request, claims, key);
  if (token.empty())
    return refuse("the key does not sign with " + request.algorithm);
  std::puts(token.c_str());
  return 0;
}

} // namespace atrium
