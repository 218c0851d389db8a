#include "atrium/net/auth/claims.hpp"

#include "atrium/broker/util/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace atrium {

namespace {

constexpr std::string_view digits
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::size_t longest_info = 1024;
constexpr auto bad_rooms
  = "'rooms' has to be like {\"lobby:*\":[\"join\",\"publish\"]}";

// Adds what one pattern grants: a list of rights, or of them in one text as
// options have it. False if it is neither.
bool read_some_rights(const nlohmann::json& from, room_rights& out) {
  if (from.is_string())
    return read_rights(from.get_ref<const std::string&>(), out).empty();
  return from.is_array()
         && std::all_of(from.begin(), from.end(),
                        [&out](const nlohmann::json& x) {
                          return x.is_string() && read_some_rights(x, out);
                        });
}

bool read_rooms(std::string_view raw, std::vector<room_grant>& out) {
  auto rooms = nlohmann::json::parse(raw, nullptr, /*allow_exceptions*/ false);
  if (!rooms.is_object())
    return false;
  // One bad pattern refuses the whole token: without the pattern the user would
  // silently have other rights than the issuer meant.
  for (auto& [pattern, what] : rooms.items()) {
    room_grant one{pattern, {}};
    if (!is_name(pattern) || !read_some_rights(what, one.what))
      return false;
    out.push_back(std::move(one));
  }
  return true;
}

} // namespace

bool read_flag(const json_object& from, std::string_view key, bool& out) {
  auto raw = from.find(key);
  if (!raw)
    return true;
  out = *raw == "true";
  return out || *raw == "false";
}

std::optional<std::string> text_of(const json_object& from,
                                   std::string_view key) {
  auto raw = from.find(key);
  return raw ? json_string(*raw) : std::nullopt;
}

bool has_text(std::string_view raw, std::string_view text) {
  auto list = nlohmann::json::parse(raw, nullptr, /*allow_exceptions*/ false);
  return list.is_array() && std::ranges::find(list, text) != list.end();
}

std::string read_grants(const json_object& from,
                        const std::shared_ptr<const rights>& common,
                        identity& out) {
  std::vector<room_grant> rooms;
  if (auto raw = from.find("rooms"); raw && !read_rooms(*raw, rooms))
    return bad_rooms;
  bool broadcast = false;
  bool send = false;
  if (!read_flag(from, "broadcast", broadcast)
      || !read_flag(from, "send", send))
    return "'broadcast' and 'send' have to be true or false";
  if (auto raw = from.find("info")) {
    // Bounded, since each connection keeps it; as it stands, so that others
    // read what the issuer wrote.
    if (!raw->starts_with('{') || raw->size() > longest_info)
      return "'info' has to be an object of 1024 bytes at most";
    out.info = std::make_shared<const std::string>(*raw);
  }
  // Users without rights of their own share one object, which saves memory
  // where there are a hundred thousand of them.
  auto own = !rooms.empty() || broadcast || send || !common;
  out.may = own ? std::make_shared<const rights>(std::move(rooms), broadcast,
                                                 send, common)
                : common;
  return {};
}

std::string encode_base64url(std::string_view bytes) {
  std::string result;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (auto c : bytes) {
    bits = (bits << 8U | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (count += 8; count >= 6;) {
      count -= 6;
      result.push_back(digits[bits >> count & 63U]);
    }
  }
  if (count > 0)
    result.push_back(digits[bits << (6 - count) & 63U]);
  return result;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  std::string result;
  result.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (auto c : text) {
    auto digit = digits.find(c);
    if (digit == digits.npos)
      return std::nullopt;
    bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xFFFFU;
    count += 6;
    if (count < 8)
      continue;
    count -= 8;
    result.push_back(static_cast<char>(bits >> count & 0xFFU));
  }
  if (count == 6) // a lone digit is no byte
    return std::nullopt;
  return result;
}

} // namespace atrium
