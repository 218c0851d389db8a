#include "atrium/net/auth/jwt_verifier.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/broker/util/utf8.hpp"
#include "atrium/net/auth/claims.hpp"
#include "atrium/net/auth/jwt_signature.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <charconv>
#include <cmath>
#include <optional>

namespace atrium {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_kid = 256;

failure invalid(std::string why) {
  return {{}, errc::token_invalid, std::move(why), {}};
}

/// A token cut at its dots. Refers to the text it was made from.
struct jwt_parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signed_text; ///< Both, with the dot.
  std::string signature;

  static std::optional<jwt_parts> of(std::string_view token) {
    auto first = token.find('.');
    auto second = token.find('.', first + 1);
    if (first == token.npos || second == token.npos
        || token.find('.', second + 1) != token.npos)
      return std::nullopt;
    // `signed_text` stays encoded: the signature is that of the text as it came
    // (RFC 7515, 5.2), not of anything that was written anew.
    auto signature = decode_base64url(token.substr(second + 1));
    if (!signature)
      return std::nullopt;
    return jwt_parts{token.substr(0, first),
                     token.substr(first + 1, second - first - 1),
                     token.substr(0, second), std::move(*signature)};
  }
};

// Decodes a part into `storage`; the object refers to it.
std::optional<json_object> read_object(std::string_view part,
                                       std::string& storage) {
  auto text = decode_base64url(part);
  if (!text || !is_utf8(*text))
    return std::nullopt;
  storage = std::move(*text);
  return json_object::parse(storage);
}

// RFC 8725, 3.11: a token that says it is for something else is not for this.
// RFC 7515, 4.1.9: a media type, of which "application/" is left out as a rule.
bool is_for_access(std::string_view typ) {
  auto text = json_string(typ);
  if (text && boost::algorithm::istarts_with(*text, "application/"))
    text->erase(0, std::string_view{"application/"}.size());
  return text
         && (boost::algorithm::iequals(*text, "JWT")
             || boost::algorithm::iequals(*text, "at+jwt")); // RFC 9068
}

// Returns the key that the header asks for, if it asks for what we do.
std::variant<const jwt_key*, failure> choose_key(const json_object& header,
                                                 const jwt_keys& keys) {
  // RFC 8725, 3.1: the node chooses the algorithm, never the token. Otherwise
  // `none`, or HMAC with a public key as secret, would be good.
  if (text_of(header, "alg") != std::string{keys.algorithm().name})
    return invalid("the token is not signed with this node's algorithm");
  if (auto typ = header.find("typ"); typ && !is_for_access(*typ))
    return invalid("the token's 'typ' is neither JWT nor at+jwt");
  // RFC 7515, 4.1.11: a token with a critical extension that the recipient does
  // not know is invalid. No extension is known here.
  if (header.find("crit"))
    return invalid("the token needs an extension");
  // A `kid` that is no string must not select the key without a name.
  auto kid = text_of(header, "kid");
  if (header.find("kid") && (!kid || kid->size() > longest_kid))
    return invalid("the token's 'kid' is not one");
  auto key = keys.find(kid);
  if (key == nullptr)
    return invalid("the token's key is unknown");
  return key;
}

// Reads a NumericDate: seconds since 1970, maybe with a fraction.
bool read_date(const json_object& from, std::string_view key,
               std::optional<unix_time>& out) {
  // Much later ones would not fit into the integer of the clock.
  constexpr double year_9999 = 253'402'300'799.0;
  auto raw = from.find(key);
  if (!raw)
    return true;
  double seconds = 0;
  auto end = raw->data() + raw->size();
  auto [stop, error] = std::from_chars(raw->data(), end, seconds);
  if (error != std::errc{} || stop != end || !(seconds >= 0)
      || seconds > year_9999)
    return false;
  out = unix_time{std::chrono::seconds{std::llround(std::floor(seconds))}};
  return true;
}

std::optional<failure> check_times(const json_object& claims,
                                   std::chrono::seconds leeway, unix_time now,
                                   unix_time& expires) {
  std::optional<unix_time> exp;
  std::optional<unix_time> nbf;
  std::optional<unix_time> iat;
  if (!read_date(claims, "exp", exp) || !read_date(claims, "nbf", nbf)
      || !read_date(claims, "iat", iat))
    return invalid("'exp', 'nbf' and 'iat' have to be seconds since 1970");
  if (!exp)
    return invalid("the token has no 'exp'");
  // Also the time at which the connection is closed, so a client with a slow
  // clock gets the leeway at both ends.
  expires = *exp + leeway;
  if (expires <= now)
    // The signature was good: the client only needs a newer token. So the code
    // differs from `token_invalid`, after which clients give up.
    return failure{{}, errc::token_expired, "the token has expired", {}};
  if (nbf.value_or(now) > now + leeway)
    return invalid("the token is not valid yet");
  if (iat.value_or(now) > now + leeway)
    return invalid("the token is from the future");
  return std::nullopt;
}

// Whether `aud`, a string or an array of strings, has the audience.
bool is_for(const json_object& claims, const std::string& audience) {
  auto raw = claims.find("aud");
  if (!raw)
    return false;
  return json_string(*raw) == audience || has_text(*raw, audience);
}

verdict read_claims(const json_object& claims, const jwt_rules& rules,
                    unix_time now) {
  identity who;
  // The end first: of several reasons it is the one that the client can do
  // something about.
  if (auto no = check_times(claims, rules.leeway, now, who.expires))
    return *no;
  if (!rules.issuer.empty() && text_of(claims, "iss") != rules.issuer)
    return invalid("the token is from another issuer");
  if (!rules.audience.empty() && !is_for(claims, rules.audience))
    return invalid("the token is for another audience");
  auto sub = claims.find("sub");
  if (!sub)
    return invalid("the token has no 'sub'");
  if (!sub->starts_with('"'))
    return invalid("'sub' has to be a string");
  auto user = json_string(*sub);
  if (!user || !is_name(*user))
    return invalid("'sub' has to be a user name: 1 to 128 bytes of UTF-8 "
                   "without control characters");
  who.user = std::move(*user);
  auto ends = true;
  if (!read_flag(claims, "expires_connection", ends))
    return invalid("'expires_connection' has to be true or false");
  if (!ends)
    who.expires = never;
  if (auto error = read_grants(claims, rules.everybody, who); !error.empty())
    return invalid(std::move(error));
  return who;
}

} // namespace

verdict verify_jwt(const std::string& token, const jwt_keys& keys,
                   const jwt_rules& rules, unix_time now) {
  // Before anything is decoded: the length bounds the work that a stranger can
  // cause on the lane.
  if (token.size() > longest_token)
    return invalid("the token is too long");
  auto parts = jwt_parts::of(token);
  std::string header_text;
  auto header = parts ? read_object(parts->header, header_text) : std::nullopt;
  if (!header)
    return invalid("this is not a token");
  auto key = choose_key(*header, keys);
  if (auto* no = std::get_if<failure>(&key))
    return *no;
  if (!is_jwt_signature(parts->signed_text, parts->signature,
                        *std::get<const jwt_key*>(key), keys.algorithm()))
    return invalid("the token's signature is wrong");
  // Only after the signature: forged claims are not even parsed, and no answer
  // says anything about them.
  std::string claims_text;
  auto claims = read_object(parts->payload, claims_text);
  if (!claims)
    return invalid("the token's claims are not an object");
  return read_claims(*claims, rules, now);
}

} // namespace atrium
