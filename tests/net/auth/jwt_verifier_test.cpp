#define CAF_SUITE jwt_verifier_test

#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/auth/jwt_verifier.hpp"

#include "caf/test/unit_test.hpp"
#include "support/signing_keys.hpp"

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

const unix_time now{1'800'000'000s};
constexpr auto good = R"({"sub":"ann","exp":1800000060})";

/// The keys of one algorithm on disk, and what a node with them says.
struct key_fixture {
  explicit key_fixture(const std::string& alg) : pair(make_key_pair(alg)) {
    from.alg = alg;
    (alg.starts_with("HS") ? from.secret_file : from.key) = folder.write("key", pair.shown);
    load();
  }

  void load() {
    std::string error;
    keys = jwt_keys::load(from, error);
    CAF_REQUIRE_EQUAL(error, "");
  }

  verdict ask(const std::string& token) const {
    return verify_jwt(token, *keys, rules, now);
  }

  /// Returns the user who is let in, or the code of the refusal.
  std::string says(const std::string& token) const {
    auto x = ask(token);
    if (auto* no = std::get_if<failure>(&x))
      return std::string{to_string(no->code)} + ": " + no->message;
    return std::get<identity>(x).user;
  }

  std::string signs(const std::string& claims) const {
    return sign(from.alg, pair.secret, claims);
  }

  temporary_folder folder;
  key_pair pair;
  jwt_options from;
  jwt_rules rules;
  std::shared_ptr<const jwt_keys> keys;
};

constexpr auto wrong_algorithm
  = "token_invalid: the token is not signed with this node's algorithm";
constexpr auto wrong_signature = "token_invalid: the token's signature is wrong";
constexpr auto no_token = "token_invalid: this is not a token";

const std::vector<std::string> all_algorithms
  = {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256",
     "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};

} // namespace

CAF_TEST(every algorithm accepts its own key and no other) {
  for (auto& alg : all_algorithms) {
    key_fixture x{alg};
    CAF_CHECK_EQUAL(x.says(x.signs(good)), "ann");
    auto stranger = make_key_pair(alg);
    CAF_CHECK_EQUAL(x.says(sign(alg, stranger.secret, good)), wrong_signature);
    for (auto& other : all_algorithms) {
      if (other != alg) {
        auto token = sign(other, make_key_pair(other).secret, good);
        CAF_CHECK_EQUAL(x.says(token), wrong_algorithm);
      }
    }
  }
}

CAF_TEST(a public key is no secret) {
  for (auto& alg : {"RS256", "ES256"}) {
    key_fixture x{alg};
    for (auto& hs : {"HS256", "HS384", "HS512"})
      CAF_CHECK_EQUAL(x.says(sign(hs, x.pair.shown, good)), wrong_algorithm);
  }
}

CAF_TEST(a token without signature gets nobody in) {
  for (auto& alg : {"HS256", "RS256", "ES256"}) {
    key_fixture x{alg};
    auto claims = encode_base64url(good);
    for (auto& none : {"none", "None", "NONE", "", "hs256"}) {
      auto header = encode_base64url(R"({"alg":")" + std::string{none} + "\"}");
      CAF_CHECK_EQUAL(x.says(header + "." + claims + "."), wrong_algorithm);
    }
    auto own = encode_base64url(R"({"alg":")" + std::string{alg} + "\"}");
    CAF_CHECK_EQUAL(x.says(own + "." + claims + "."), wrong_signature);
    auto two = encode_base64url(R"({"alg":"none","alg":")" + std::string{alg} + "\"}");
    CAF_CHECK_EQUAL(x.says(two + "." + claims + "."), wrong_signature);
  }
}

CAF_TEST(what was changed after signing is found out) {
  key_fixture x{"ES256"};
  auto token = x.signs(good);
  auto first = token.find('.');
  auto second = token.rfind('.');
  auto forged = token.substr(0, first + 1) + encode_base64url(R"({"sub":"root","exp":1800000060})")
                + token.substr(second);
  CAF_CHECK_EQUAL(x.says(forged), wrong_signature);
  auto mirrored = token;
  mirrored[second + 10] = mirrored[second + 10] == 'A' ? 'B' : 'A';
  CAF_CHECK_EQUAL(x.says(mirrored), wrong_signature);
}

CAF_TEST(claims decide) {
  key_fixture x{"HS256"};
  x.rules.issuer = "https://id.example";
  x.rules.audience = "chat";
  struct {
    std::string claims; // after sub, exp, iss and aud
    std::string_view verdict;
  } table[] = {
    {"", "ann"},
    {R"(,"aud":["x","chat"])", "ann"},
    {R"(,"aud":["x","chats"])", "token_invalid: the token is for another audience"},
    {R"(,"aud":"chats")", "token_invalid: the token is for another audience"},
    {R"(,"aud":{"chat":"chat"})", "token_invalid: the token is for another audience"},
    {R"(,"iss":"https://id.example.evil")", "token_invalid: the token is from another issuer"},
    {R"(,"iss":["https://id.example"])", "token_invalid: the token is from another issuer"},
    {R"(,"exp":1799999996)", "ann"}, // within the leeway
    {R"(,"exp":1799999995)", "token_expired: the token has expired"},
    {R"(,"exp":0)", "token_expired: the token has expired"},
    {R"(,"exp":1800000060.5)", "ann"},
    {R"(,"exp":"1800000060")",
     "token_invalid: 'exp', 'nbf' and 'iat' have to be seconds since 1970"},
    {R"(,"exp":1e30)", "token_invalid: 'exp', 'nbf' and 'iat' have to be seconds since 1970"},
    {R"(,"exp":-5)", "token_invalid: 'exp', 'nbf' and 'iat' have to be seconds since 1970"},
    {R"(,"nbf":1800000005)", "ann"},
    {R"(,"nbf":1800000006)", "token_invalid: the token is not valid yet"},
    {R"(,"iat":1800000006)", "token_invalid: the token is from the future"},
    {R"(,"sub":"\u00e9")", "\u00e9"},
    {R"(,"sub":"")", "token_invalid: 'sub' has"},
    {R"(,"sub":7)", "token_invalid: 'sub' has to be a string"},
    {R"(,"sub":null)", "token_invalid: 'sub' has to be a string"},
    {R"(,"sub":"a\u0000b")", "token_invalid: 'sub' has to be a user name"},
    {R"(,"x":123456789012345678901234567890)", "ann"},
    {R"(,"x":1e999,"y":-0.0,"z":[[[{"a":null}]]])", "ann"},
    {R"(,"x":"\u0000","\u0000":1)", "ann"},
    {R"(,"info":{"big":123456789012345678901234567890,"nul":"\u0000"})", "ann"},
    {R"(,"sub":"a\nb")", "token_invalid: 'sub' has"},
    {R"(,"rooms":[])", "token_invalid: 'rooms' has"},
    {R"(,"rooms":{"r":"join"},"send":true)", "ann"},
    {R"(,"rooms":{"r":"join+publish","s":"join,presence","t":["join+publish","history"]})", "ann"},
    {R"(,"rooms":{"r":"join publish"})", "token_invalid: 'rooms' has"},
    {R"(,"rooms":{"r":""})", "token_invalid: 'rooms' has"},
    {R"(,"rooms":{"r":[["join"]]})", "token_invalid: 'rooms' has"},
    {R"(,"rooms":{"r":["jump"]})", "token_invalid: 'rooms' has"},
    {R"(,"rooms":{"":["join"]})", "token_invalid: 'rooms' has"},
    {R"(,"broadcast":1)", "token_invalid: 'broadcast' and"},
    {R"(,"send":"yes")", "token_invalid: 'broadcast' and"},
    {R"(,"expires_connection":0)", "token_invalid: 'expires_connection' has"},
    {R"(,"info":[1])", "token_invalid: 'info' has"},
    {R"(,"info":{"x":")" + std::string(1024, 'x') + "\"}", "token_invalid: 'info' has"},
  };
  for (auto& row : table) {
    auto token = x.signs(R"({"sub":"ann","exp":1800000060,"iss":"https://id.example","aud":"chat")"
                         + row.claims + "}");
    auto said = x.says(token);
    CAF_CHECK_EQUAL(said.substr(0, row.verdict.size()), row.verdict);
  }
  CAF_CHECK_EQUAL(x.says(x.signs(R"({"sub":"ann","iss":"https://id.example","aud":"chat"})")),
                  "token_invalid: the token has no 'exp'");
  CAF_CHECK_EQUAL(x.says(x.signs(good)), "token_invalid: the token is from another issuer");
}

CAF_TEST(a token has a subject) {
  key_fixture x{"HS256"};
  CAF_CHECK_EQUAL(x.says(x.signs(R"({"exp":1800000060})")),
                  "token_invalid: the token has no 'sub'");
}

CAF_TEST(a type that is not for access is refused) {
  key_fixture x{"HS256"};
  constexpr std::string_view refused = "token_invalid: the token's 'typ' is neither JWT nor at+jwt";
  struct {
    std::string_view header;
    std::string_view verdict;
  } table[] = {
    {"", "ann"},
    {R"("typ":"JWT")", "ann"},
    {R"("typ":"jwt")", "ann"},
    {R"("typ":"at+jwt")", "ann"}, // RFC 9068
    {R"("typ":"AT+JWT")", "ann"},
    {R"("typ":"application/at+jwt")", "ann"},
    {R"("typ":"Application/JWT")", "ann"},
    {R"("typ":"JWT","cty":"x","jku":"http://evil.example","x5c":["a"],"n":1e400)", "ann"},
    {R"("typ":"logout+jwt")", refused}, // RFC 8725, 3.11
    {R"("typ":"dpop+jwt")", refused},
    {R"("typ":"")", refused},
    {R"("typ":7)", refused},
  };
  for (auto& row : table)
    CAF_CHECK_EQUAL(x.says(sign_with(row.header, "HS256", x.pair.secret, good)), row.verdict);
}

CAF_TEST(garbage is no token) {
  key_fixture x{"HS256"};
  auto token = x.signs(good);
  for (auto& text : {std::string{"."}, std::string{".."}, std::string{"..."}, std::string{"a.b"},
                     std::string{"x.y.z"}, token + ".", token + ".x", token + "=", token + "\n",
                     " " + token, token + std::string("\0x", 2), "Bearer " + token,
                     encode_base64url("[]") + ".x.y", encode_base64url("\xFF") + ".x.y"})
    CAF_CHECK_EQUAL(x.says(text), no_token);
  for (std::size_t cut = 0; cut < token.size(); ++cut)
    CAF_CHECK_NOT_EQUAL(x.says(token.substr(0, cut)), "ann");
  CAF_CHECK_EQUAL(x.says(std::string(longest_token + 1, 'a')),
                  "token_invalid: the token is too long");
}

CAF_TEST(what a token grants) {
  key_fixture x{"HS256"};
  x.rules.everybody = std::make_shared<const rights>(
    std::vector<room_grant>{{"lobby", {.join = true}}}, false, false);
  auto who = std::get<identity>(x.ask(
    x.signs(R"({"sub":"ann","exp":1800000060,"rooms":{"game:*":["join","publish"]},"send":true,)"
            R"("info":{"b":1, "a":1234567890123456789}})")));
  CAF_CHECK(who.may->permits(join_request{{}, "game:1"}));
  CAF_CHECK(who.may->permits(join_request{{}, "lobby"}));
  CAF_CHECK(!who.may->permits(join_request{{}, "other"}));
  CAF_CHECK(who.may->permits(send_request{}));
  CAF_CHECK(!who.may->permits(broadcast_request{}));
  CAF_CHECK_EQUAL(*who.info, R"({"b":1, "a":1234567890123456789})");
  CAF_CHECK(who.expires == now + 65s);
  auto plain = std::get<identity>(
    x.ask(x.signs(R"({"sub":"ann","exp":1800000060,"expires_connection":false})")));
  CAF_CHECK(plain.expires == never);
  CAF_CHECK(plain.may == x.rules.everybody); // shared, not copied
}

CAF_TEST(a key is chosen by its id) {
  key_fixture x{"ES256"};
  auto next = make_key_pair("ES256");
  temporary_folder keys;
  keys.write("next.pem", next.shown);
  keys.write("readme.txt", "not a key");
  x.from.keys = keys.path();
  x.load();
  CAF_CHECK_EQUAL(x.says(sign("ES256", next.secret, good, "next")), "ann");
  CAF_CHECK_EQUAL(x.says(x.signs(good)), "ann"); // the single key has no id
  CAF_CHECK_EQUAL(x.says(sign("ES256", next.secret, good)), wrong_signature);
  CAF_CHECK_EQUAL(x.says(sign("ES256", x.pair.secret, good, "next")), wrong_signature);
  for (auto& kid : {"gone", "../key", "", "next.pem"})
    CAF_CHECK_EQUAL(
      x.says(sign_with_header(R"({"alg":"ES256","kid":")" + std::string{kid} + "\"}", good)),
      "token_invalid: the token's key is unknown");
  CAF_CHECK_EQUAL(x.says(sign_with_header(R"({"alg":"ES256","kid":7})", good)),
                  "token_invalid: the token's 'kid' is not one");
  CAF_CHECK_EQUAL(x.says(sign_with_header(R"({"alg":"ES256","crit":["b64"]})", good)),
                  "token_invalid: the token needs an extension");
}

CAF_TEST(keys of the wrong kind are refused when they are read) {
  temporary_folder folder;
  auto p256 = make_key_pair("ES256");
  struct {
    std::string alg;
    std::string key;
    std::string_view error;
  } table[] = {
    {"RS256", p256.shown, "needs an RSA key"},
    {"ES256", make_key_pair("RS256").shown, "needs a key on prime256v1"},
    {"ES384", p256.shown, "needs a key on secp384r1"},
    {"RS256", make_rsa_key(1024).shown, "2048 bits"},
    {"ES256", p256.secret, "no public key"},
    {"ES256", "rubbish", "no public key"},
    {"ES256", "", "no public key"},
    {"PS256", p256.shown, "needs an RSA key"},
    {"EdDSA", p256.shown, "needs a key on Ed25519"},
    {"ES256", make_key_pair("EdDSA").shown, "needs a key on prime256v1"},
    {"HS256", std::string(31, 'x') + "\r\n", "32 bytes"},
    {"HS256", std::string(31, 'x') + "\n", "32 bytes"},
    {"HS512", std::string(63, 'x'), "64 bytes"},
    {"HS256", std::string(70'000, 'x'), "too large"},
  };
  for (auto& row : table) {
    jwt_options from;
    from.alg = row.alg;
    (row.alg.starts_with("HS") ? from.secret_file : from.key) = folder.write("key", row.key);
    std::string error;
    CAF_CHECK(jwt_keys::load(from, error) == nullptr);
    CAF_CHECK_NOT_EQUAL(error.find(row.error), std::string::npos);
    CAF_CHECK(row.key.size() < 20 || error.find(row.key.substr(0, 20)) == error.npos);
  }
  std::string error;
  auto secret_of
    = [&](const std::string& text) { return read_secret(folder.write("secret", text), error); };
  CAF_CHECK_EQUAL(secret_of("abc"), "abc"); // one line break at the end does not count
  CAF_CHECK_EQUAL(secret_of("abc\n"), "abc");
  CAF_CHECK_EQUAL(secret_of("abc\r\n"), "abc");
  CAF_CHECK_EQUAL(secret_of("abc\n\n"), "abc\n");
  CAF_CHECK_EQUAL(secret_of("abc\r"), "abc\r");
  CAF_CHECK_EQUAL(secret_of("abc "), "abc ");
  jwt_options from;
  from.alg = "ES256";
  from.key = folder.path() + "/missing";
  CAF_CHECK(jwt_keys::load(from, error) == nullptr);
  CAF_CHECK(error.ends_with("cannot read the file"));
}
