#include "atrium/net/api/api_fields.hpp"

#include "atrium/broker/util/text.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>

namespace atrium {

namespace {

// What an optional field of Centrifugo's has when nobody means anything by it.
bool is_nothing(std::string_view raw) {
  for (auto none : {"null", "\"\"", "0", "false", "{}", "[]"})
    if (raw == none)
      return true;
  return false;
}

// RFC 4648, section 4, with its padding.
std::optional<std::string> decode_base64(const std::string& text) {
  if (text.empty() || text.size() % 4 != 0
      || text.size() > std::size_t{std::numeric_limits<int>::max()})
    return std::nullopt;
  std::string result(text.size() / 4 * 3, '\0');
  auto size
    = ::EVP_DecodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                        reinterpret_cast<const unsigned char*>(text.data()),
                        static_cast<int>(text.size()));
  if (size < 0)
    return std::nullopt;
  // It counts what the padding stands for.
  auto padding = text.ends_with("==") ? 2U : text.ends_with('=') ? 1U : 0U;
  result.resize(static_cast<std::size_t>(size) - padding);
  return result;
}

} // namespace

api_fields::api_fields(std::string_view text) : in_(json_object::parse(text)) {
  if (!in_)
    fault_
      = {api_error::bad_request, "a command has to be a JSON object", true};
}

void api_fields::fail(std::string_view key, std::string_view why,
                      bool malformed) {
  if (fault_.code != 0)
    return;
  fault_.code = api_error::bad_request;
  fault_.message.append(key).append(": ").append(why);
  fault_.is_malformed = malformed;
}

std::optional<std::string_view> api_fields::raw(std::string_view key) {
  auto found = in_ ? in_->find(key) : std::nullopt;
  return found && *found != "null" ? found : std::nullopt;
}

std::string api_fields::checked_name(std::string_view key,
                                     std::string_view raw) {
  auto result = json_string(raw);
  if (!result)
    fail(key, "has to be a text", true);
  else if (!is_name(*result))
    fail(key, "has to be a name of 1 to 128 bytes without control characters");
  return result.value_or(std::string{});
}

std::string api_fields::name(std::string_view key) {
  if (auto found = raw(key))
    return checked_name(key, *found);
  fail(key, "is missing");
  return {};
}

std::vector<std::string> api_fields::names(std::string_view key) {
  std::vector<std::string> result;
  auto found = raw(key);
  auto is_list = found && each_element(*found, [&](auto each) {
                   result.push_back(checked_name(key, each));
                   return result.size() <= most_items && fault_.code == 0;
                 });
  if (result.size() > most_items)
    fail(key, "are more than 10000");
  else if (found && !is_list)
    fail(key, "has to be a list of texts", true);
  else if (result.empty())
    fail(key, "is missing");
  return result;
}

std::string api_fields::text(std::string_view key) {
  auto found = raw(key);
  if (!found)
    return {};
  auto result = json_string(*found);
  if (!result)
    fail(key, "has to be a text", true);
  return result.value_or(std::string{});
}

std::vector<std::string> api_fields::texts(std::string_view key) {
  std::vector<std::string> result;
  auto found = raw(key);
  if (found && !each_element(*found, [&](auto each) {
        auto one = json_string(each);
        result.push_back(one.value_or(std::string{}));
        return one && result.size() <= most_items;
      }))
    fail(key, "has to be a list of texts", true);
  return result;
}

bool api_fields::flag(std::string_view key) {
  auto found = raw(key);
  if (found && *found != "true" && *found != "false")
    fail(key, "has to be true or false", true);
  return found == "true";
}

std::uint64_t api_fields::number(std::string_view key) {
  auto found = raw(key);
  auto result = found ? json_unsigned(*found) : std::optional{0UL};
  if (!result)
    fail(key, "has to be an integer that is not negative", true);
  return result.value_or(0);
}

std::int64_t api_fields::signed_number(std::string_view key) {
  auto found = raw(key).value_or("0");
  auto is_negative = found.starts_with('-');
  auto result = json_unsigned(found.substr(is_negative ? 1 : 0));
  constexpr auto most = std::numeric_limits<std::int32_t>::max();
  if (!result || *result > std::uint64_t{most}) {
    fail(key, "has to be an integer of 32 bits", true);
    return 0;
  }
  auto size = static_cast<std::int64_t>(*result);
  return is_negative ? -size : size;
}

api_payload api_fields::payload() {
  api_payload result{data(), text("idempotency_key")};
  if (!result.event_id.empty() && !is_event_id(result.event_id))
    fail("idempotency_key",
         "has to be an event id: 1 to 64 characters of A-Z a-z 0-9 . _ : -",
         true);
  return result;
}

std::string api_fields::data() {
  if (auto encoded = raw("b64data"); encoded && *encoded != "\"\"")
    return decoded_data(*encoded);
  // Here null is a value like any other.
  auto found = in_ ? in_->find("data") : std::nullopt;
  if (!found)
    fail("data", "is missing");
  return std::string{found.value_or(std::string_view{})};
}

std::string api_fields::decoded_data(std::string_view raw) {
  auto text = json_string(raw);
  auto bytes = text ? decode_base64(*text) : std::nullopt;
  if (!bytes)
    fail("b64data", "has to be a text in base64", true);
  else if (!is_json_value(*bytes))
    fail("b64data", "has to be base64 of one JSON value in UTF-8");
  return bytes.value_or(std::string{});
}

void api_fields::refuse(std::initializer_list<std::string_view> keys) {
  for (auto key : keys)
    if (auto found = raw(key); found && !is_nothing(*found))
      fail(key, "is not supported");
}

} // namespace atrium
