#include "atrium/actors/room/hook_error.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <boost/core/demangle.hpp>

#include <algorithm>
#include <typeinfo>

namespace atrium {

namespace {

constexpr std::size_t most_logged = 256;

// Shorter ones would be found in most texts: a 1 is no secret.
constexpr std::size_t least_scalar = 3;

// A part of a string that is long enough to tell something.
constexpr std::size_t least_part = 8;

// The next scalar of a sound JSON text, without quotes; takes it off the front.
// A string keeps its escapes, so text that a hook has decoded is found only by
// its parts between them.
std::string_view next_scalar(std::string_view& json) {
  json.remove_prefix(
    std::min(json.find_first_not_of(" \t\r\n[]{},:"), json.size()));
  if (!json.starts_with('"')) {
    auto word = json.substr(0, json.find_first_of(" \t\r\n[]{},:\""));
    json.remove_prefix(word.size());
    // These are in most JSON texts: an exception that has them quotes nobody.
    auto fixed = word == "true" || word == "false" || word == "null";
    return fixed ? std::string_view{} : word;
  }
  std::size_t end = 1;
  while (end < json.size() && json[end] != '"')
    end += json[end] == '\\' ? 2 : 1;
  auto text = json.substr(1, std::min(end, json.size()) - 1);
  json.remove_prefix(std::min(end + 1, json.size()));
  auto next = json.find_first_not_of(" \t\r\n");
  auto is_key = next != std::string_view::npos && json[next] == ':';
  return is_key ? std::string_view{} : text;
}

bool has_part_of(std::string_view text, std::string_view scalar) {
  if (scalar.size() < least_part)
    return false;
  for (std::size_t i = 0; i + least_part <= text.size(); ++i)
    if (scalar.find(text.substr(i, least_part)) != std::string_view::npos)
      return true;
  return false;
}

} // namespace

bool quotes(std::string_view text, std::string_view given) {
  while (!given.empty()) {
    auto scalar = next_scalar(given);
    if (scalar.size() < least_scalar)
      continue;
    if (text.find(scalar) != std::string_view::npos
        || has_part_of(text, scalar))
      return true;
  }
  return false;
}

hook_error hook_error::of(const std::exception& error,
                          std::initializer_list<std::string_view> given) {
  hook_error result{boost::core::demangle(typeid(error).name()), {}};
  std::string_view text = error.what();
  text = text.substr(0, most_logged); // or a long one would cost long searches
  auto secret
    = std::ranges::any_of(given, [=](auto x) { return quotes(text, x); });
  // The type is always said: it is from the operator's code, not from a client.
  result.text = secret ? "withheld: it quotes what the hook was given"
                       : make_utf8(text, most_logged);
  return result;
}

} // namespace atrium
