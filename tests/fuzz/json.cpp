// JSON: what the scanner accepts is what a second parser accepts, and members
// have the values that it finds.

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"
#include "atrium/broker/json/json_writer.hpp"
#include "atrium/broker/util/utf8.hpp"

#include "property.hpp"

#include <nlohmann/json.hpp>

using namespace atrium;
using fuzz::require;
using nlohmann::json;

namespace {

/// Where the other parser is known to differ from RFC 8259 or from us: it takes
/// a NUL for the end, skips a byte order mark, refuses numbers too large for a
/// double and, other than the grammar, half a surrogate pair.
bool comparable(std::string_view text) {
  return is_utf8(text) && text.find('\0') == text.npos && !text.starts_with("\xEF\xBB\xBF");
}

bool has_limits_of_its_own(std::string_view text) {
  return text.find_first_of("eE") != text.npos || text.find("\\u") != text.npos
         || text.size() > 300; // digits that overflow without an exponent
}

std::size_t most_brackets(std::string_view text) {
  std::size_t result = 0;
  for (auto c : text)
    result += c == '[' || c == '{';
  return result;
}

bool is_value(std::string_view text) {
  json_scanner in{text};
  if (!in.value(json_object::max_depth))
    return false;
  in.space();
  return in.at_end();
}

void compare(std::string_view text) {
  auto ours = is_value(text);
  auto theirs = json::accept(text);
  if (ours && !theirs)
    require(has_limits_of_its_own(text), "nothing is accepted that is no JSON");
  if (theirs && !ours)
    require(most_brackets(text) > json_object::max_depth, "all JSON is accepted");
}

void check_string(std::string_view raw) {
  auto decoded = json_string(raw);
  if (!decoded)
    return;
  require(is_utf8(*decoded), "a decoded string is UTF-8");
  require(json::parse(raw).get_ref<const std::string&>() == *decoded, "the same string");
  std::string encoded;
  json_writer{encoded}.text(*decoded);
  require(json_string(encoded) == *decoded, "what is written is read again");
}

void check_members(const json_object& object, std::string_view text) {
  auto whole = json::parse(text, nullptr, false);
  for (auto key : {"type", "id", "room", "user", "data", "echo", "event_id", "v", "ts", "scope"}) {
    auto raw = object.find(key);
    require(!raw || (fuzz::lies_within(*raw, text) && is_value(*raw)), "a value is a slice");
    if (!whole.is_discarded())
      require(raw.has_value() == whole.contains(key), "the same members");
    if (!raw)
      continue;
    require(raw->find_first_of(" \t\r\n") != 0, "a slice has no space in front");
    check_string(*raw);
    auto number = json_unsigned(*raw);
    auto theirs = json::parse(*raw, nullptr, false);
    if (!theirs.is_discarded()) {
      require(number.has_value() == theirs.is_number_unsigned(), "the same integers");
      require(!number || theirs == *number, "the same value");
      require(whole.is_discarded() || whole[key] == theirs, "the last of several members counts");
    }
  }
}

} // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  auto object = json_object::parse(text);
  require(!object || is_value(text), "an object is a value");
  if (!comparable(text))
    return 0;
  compare(text);
  if (object)
    check_members(*object, text);
  return 0;
}
