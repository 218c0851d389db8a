#include "atrium/net/api/api_keys.hpp"

#include "atrium/broker/util/read_file.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/net/http/http_fields.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace atrium {

namespace {

constexpr std::size_t shortest = 16; // characters of a key
constexpr std::size_t longest = 4096;
constexpr std::size_t longest_name = 64;
constexpr std::size_t largest_file = 1 << 20;

// What a header field can carry and a line of the file can hold.
bool is_key(std::string_view x) {
  return x.size() >= shortest && x.size() <= longest
         && std::ranges::all_of(x, [](char c) { return c > ' ' && c < 0x7F; });
}

// Returns 0 for what is no list of rights.
unsigned read_rights(std::string_view text) {
  unsigned result = 0;
  for (auto word : elements_of(text)) {
    auto right = word == "publish"  ? api_publish_right
                 : word == "read"   ? api_read_right
                 : word == "manage" ? api_manage_right
                                    : all_api_rights;
    if (right == all_api_rights)
      return 0;
    result |= right;
  }
  return result;
}

// Of two fields the one that is made for it counts.
std::string_view key_of(const http_request& x) {
  if (auto own = x.find("X-API-Key"); own != x.end())
    return own->value();
  constexpr std::string_view scheme = "apikey ";
  auto value = value_of(x, boost::beast::http::field::authorization);
  if (!boost::algorithm::istarts_with(value, scheme))
    return {};
  return trimmed(value.substr(scheme.size()));
}

} // namespace

std::shared_ptr<api_keys> api_keys::load(const std::string& file,
                                         bool is_private, std::string& error) {
  auto result = std::make_shared<api_keys>(is_private);
  auto apply = result->prepare(file, error);
  if (!apply)
    return nullptr;
  apply();
  return result;
}

std::function<void()> api_keys::prepare(const std::string& file,
                                        std::string& error) {
  auto refuse = [&](const std::string& why) {
    error = "api-key-file: " + file + why;
    return nullptr;
  };
  if (file.empty())
    return [this] { keys_.store(nullptr); };
  auto text = read_file(file, largest_file + 1);
  if (!text)
    return refuse(" cannot be read");
  if (text->size() > largest_file)
    return refuse(" is longer than 1 MiB");
  entries keys;
  if (auto why = read_all(*text, keys); !why.empty())
    return refuse(why);
  return [this, next = std::make_shared<const entries>(std::move(keys))] {
    keys_.store(next);
  };
}

std::optional<unsigned> api_keys::rights_of(const http_request& x) const {
  // The pointer keeps these keys alive if SIGHUP stores others meanwhile.
  auto keys = keys_.load();
  if (!keys)
    return is_private_ ? std::optional<unsigned>{all_api_rights} : std::nullopt;
  auto shown = digest_of(key_of(x));
  std::optional<unsigned> result;
  for (auto& each : *keys)
    if (CRYPTO_memcmp(shown.data(), each.key.data(), shown.size()) == 0)
      result = each.rights; // looks at the others as well
  return result;
}

// Digests of different keys have nothing in common, and all have one length.
auto api_keys::digest_of(std::string_view key) -> digest {
  digest result;
  ::SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(),
           result.data());
  return result;
}

std::string api_keys::read_all(std::string_view text, entries& to) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    line = trimmed(line);
    if (line.empty() || line.starts_with('#'))
      continue;
    if (auto error = read_line(line, to); !error.empty())
      return ':' + std::to_string(number) + ": " + error;
  }
  return to.empty() ? ": there is no key" : std::string{};
}

// Keys are secret: what is wrong is said without the line.
std::string api_keys::read_line(std::string_view line, entries& to) {
  auto first = line.find(':');
  if (first == line.npos)
    return "a line is NAME:KEY or NAME:KEY:RIGHTS";
  auto name = line.substr(0, first);
  auto rest = line.substr(first + 1);
  auto second = rest.find(':');
  auto key = rest.substr(0, second);
  if (!is_name(name) || name.size() > longest_name)
    return "a name has 1 to 64 bytes";
  if (!is_key(key))
    return "a key has 16 to 4096 characters: letters, digits and signs, but "
           "no colon";
  auto rights = second == rest.npos ? unsigned{all_api_rights}
                                    : read_rights(rest.substr(second + 1));
  if (rights == 0)
    return "rights are a list of publish, read and manage";
  entry added{std::string{name}, digest_of(key), rights};
  for (auto& other : to)
    if (other.name == added.name || other.key == added.key)
      return "this name or key stands there twice";
  to.push_back(std::move(added));
  return {};
}

} // namespace atrium
