#include "atrium/broker/names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace atrium {

namespace {

// A table, since each publish escapes a name. Bytes from 0x80 stay: names in
// other scripts would become three times as long.
constexpr auto kept = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < table.size(); ++c)
    table[c] = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
               || (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_'
               || c == '~' || c >= 0x80;
  return table;
}();

bool keep(char c) {
  return kept[static_cast<unsigned char>(c)];
}

// Upper case only: with both there would be two names for one id.
int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

void append_escaped(std::string& out, std::string_view id) {
  static constexpr std::string_view hex = "0123456789ABCDEF";
  auto plain = static_cast<std::size_t>(
    std::find_if_not(id.begin(), id.end(), keep) - id.begin());
  out.append(id.substr(0, plain)); // which is all of most names
  for (auto c : id.substr(plain)) {
    if (keep(c)) {
      out.push_back(c);
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out.push_back('%');
    out.push_back(hex[byte >> 4U]);
    out.push_back(hex[byte & 15U]);
  }
}

} // namespace

std::string escape(std::string_view id) {
  std::string result;
  result.reserve(id.size());
  append_escaped(result, id);
  return result;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (keep(text[i])) {
      result.push_back(text[i]);
      continue;
    }
    if (text[i] != '%' || i + 2 >= text.size())
      return std::nullopt;
    auto high = hex_value(text[i + 1]);
    auto low = hex_value(text[i + 2]);
    if (high < 0 || low < 0)
      return std::nullopt;
    auto c = static_cast<char>(high * 16 + low);
    if (keep(c))
      return std::nullopt; // a needless escape would be a second name
    result.push_back(c);
    i += 2;
  }
  return result;
}

std::string channel_names::room(std::string_view name) const {
  return named(":room:", name);
}

std::string channel_names::user(std::string_view name) const {
  return named(":user:", name);
}

std::string channel_names::node(std::string_view run) const {
  return named(":node:", run);
}

std::string channel_names::nodes() const {
  return "{" + namespace_ + ":nodes}";
}

std::string channel_names::all() const {
  return "{" + namespace_ + ":all}";
}

std::string channel_names::inboxes() const {
  return "{" + namespace_ + ":inbox}";
}

std::string channel_names::probe(std::string_view node_id) const {
  return named(":probe:", node_id);
}

std::string channel_names::events() const {
  return "{" + namespace_ + "}:events";
}

// In one piece: every publish names its channel.
std::string channel_names::named(std::string_view kind,
                                 std::string_view id) const {
  std::string result;
  result.reserve(namespace_.size() + kind.size() + id.size() + 2);
  result.append("{").append(namespace_).append(kind);
  append_escaped(result, id);
  result.push_back('}');
  return result;
}

} // namespace atrium
