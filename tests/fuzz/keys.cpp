// The file of keys of the API: it is read line by line, or refused with the line, and
// nothing of a key is told.

#include "atrium/broker/util/text.hpp"
#include "atrium/net/api/api_keys.hpp"

#include "property.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <vector>

using namespace atrium;
using fuzz::require;
namespace http = boost::beast::http;

namespace {

constexpr unsigned nobody = 99;

/// A line, as a second reader takes it.
struct line {
  std::string_view name;
  std::string_view key;
  std::string_view rights; ///< Empty: all.
};

const std::string path
  = std::filesystem::temp_directory_path() / ("atrium-fuzz-keys-" + std::to_string(::getpid()));

std::shared_ptr<api_keys> load(std::string_view text, std::string& error) {
  std::ofstream{path, std::ios::binary} << text;
  auto result = api_keys::load(path, false, error);
  std::filesystem::remove(path);
  return result;
}

std::vector<line> lines_of(std::string_view text) {
  std::vector<line> result;
  while (!text.empty()) {
    auto all = fuzz::take_until(text, '\n');
    if (all.ends_with('\r'))
      all.remove_suffix(1);
    all = trimmed(all);
    if (all.empty() || all.front() == '#')
      continue;
    line x;
    x.name = fuzz::take_until(all, ':');
    x.key = fuzz::take_until(all, ':');
    x.rights = all;
    result.push_back(x);
  }
  return result;
}

unsigned bits_of(std::string_view rights) {
  unsigned result = 0;
  while (!rights.empty()) {
    auto word = trimmed(fuzz::take_until(rights, ','));
    require(word.empty() || word == "publish" || word == "read" || word == "manage",
            "there are three rights");
    result |= word == "publish" ? 1U : word == "read" ? 2U : word == "manage" ? 4U : 0U;
  }
  return result;
}

unsigned rights_of(const api_keys& keys, std::string_view field, const std::string& value) {
  http_request x{http::verb::post, "/api", 11};
  x.set(field, value);
  return keys.rights_of(x).value_or(nobody);
}

void check_error(std::string_view error, std::string_view text) {
  error.remove_prefix(std::min(error.find(path), error.size() - 1) + path.size());
  if (error == ": there is no key" || error == " is longer than 1 MiB")
    return;
  require(error.starts_with(':'), "an error has the number of a line");
  error.remove_prefix(1);
  auto number = read_decimal(fuzz::take_until(error, ':'), text.size() + 1);
  require(number && *number >= 1
            && *number <= 1 + static_cast<std::size_t>(std::ranges::count(text, '\n')),
          "of the file");
  // One of a few sentences, so nothing of the line stands there.
  constexpr std::string_view sentences[] = {
    " a line is NAME:KEY or NAME:KEY:RIGHTS",
    " a name has 1 to 64 bytes",
    " a key has 16 to 4096 characters: letters, digits and signs, but no colon",
    " rights are a list of publish, read and manage",
    " this name or key stands there twice",
  };
  require(std::ranges::find(sentences, error) != std::end(sentences), "a key is not told");
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  std::string error;
  auto keys = load(text, error);
  if (!keys) {
    check_error(error, text);
    return 0;
  }
  auto lines = lines_of(text);
  require(!lines.empty() && error.empty(), "somebody may use the API");
  std::string written;
  for (auto& x : lines) {
    auto rights = x.rights.empty() ? unsigned{all_api_rights} : bits_of(x.rights);
    std::string key{x.key};
    require(is_name(x.name) && key.size() >= 16, "names are names and keys are long");
    require(rights_of(*keys, "X-API-Key", key) == rights, "a key does what stands there");
    require(rights_of(*keys, "Authorization", "apikey " + key) == rights, "in both fields");
    require(rights_of(*keys, "Authorization", "Bearer " + key) == nobody, "a token is no key");
    require(rights_of(*keys, "X-API-Key", key + ':') == nobody, "all of the key counts");
    written.append(x.name).append(":").append(key).append(":");
    written.append(x.rights.empty() ? "publish,read,manage" : x.rights).append("\n");
  }
  require(rights_of(*keys, "X-API-Key", {}) == nobody, "without a key nobody comes in");
  auto again = load(written, error);
  require(again != nullptr, "what is written is read again");
  for (auto& x : lines)
    require(rights_of(*again, "X-API-Key", std::string{x.key})
              == rights_of(*keys, "X-API-Key", std::string{x.key}),
            "nothing is lost");
  return 0;
}
