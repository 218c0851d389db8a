#include "atrium/net/options/option_sources.hpp"

#include "atrium/actors/rights.hpp"
#include "atrium/broker/util/read_file.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/net/options/config_file.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

namespace atrium {

namespace {

using strings = std::vector<std::string>;

bool is_number(std::string_view x) {
  return !x.empty() && x.find_first_not_of("0123456789") == x.npos;
}

/// Whether `x` is `ending`, or ends with it after another part and `_`.
bool ends_with_part(std::string_view x, std::string_view ending) {
  return x.ends_with(ending)
         && (x.size() == ending.size()
             || x[x.size() - ending.size() - 1] == '_');
}

/// Whether `x` is like `8080_TCP`, `HTTP_8080_UDP` or `8080_TCP_ADDR` after
/// PORT.
bool names_port_of_service(std::string_view x) {
  for (auto ending : {"_PROTO", "_PORT", "_ADDR"})
    if (x.ends_with(ending)) {
      x.remove_suffix(std::string_view{ending}.size());
      break;
    }
  for (auto protocol : {"_TCP", "_UDP", "_SCTP"})
    if (x.ends_with(protocol)) {
      x.remove_suffix(std::string_view{protocol}.size());
      auto port = x.rfind("PORT_");
      return port != x.npos && (port == 0 || x[port - 1] == '_')
             && is_number(x.substr(port + 5));
    }
  return false;
}

/// Whether a variable is the address of a Kubernetes Service or a linked
/// container, as in `PORT=tcp://10.0.0.1:8080`, also where an option has this
/// name.
bool is_address_of_service(std::string_view name, std::string_view value) {
  auto is_url = value.starts_with("tcp://") || value.starts_with("udp://")
                || value.starts_with("sctp://");
  return is_url
         && (ends_with_part(name, "PORT") || names_port_of_service(name));
}

/// Whether a variable that is no option is one of those that Kubernetes makes
/// for a Service called `atrium` or `atrium-…`, or Docker for a link.
bool is_of_orchestrator(std::string_view name, std::string_view value) {
  if (ends_with_part(name, "SERVICE_HOST")
      || ends_with_part(name, "SERVICE_PORT") || names_port_of_service(name))
    return true;
  auto named = name.find("SERVICE_PORT_"); // of a port with a name
  if (named != name.npos && (named == 0 || name[named - 1] == '_')
      && is_number(value))
    return true;
  return (ends_with_part(name, "NAME") && value.starts_with('/'))
         || name.starts_with("ENV_") || name.find("_ENV_") != name.npos;
}

/// Writes a name as the table does: `MAX_ROOMS` and `max_rooms` as `max-rooms`.
std::string canonical(std::string_view name) {
  std::string res;
  for (auto c : name)
    res += c == '_'
             ? '-'
             : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return res;
}

strings split(const std::string& text) {
  strings res;
  std::istringstream parts{text};
  for (std::string part; std::getline(parts, part, ',');)
    res.emplace_back(trimmed(part));
  return res;
}

/// Whether a part is the rest of the value before it, which has a comma itself:
/// `lobby:*=join,publish`, `chat:*=1000,24h` and `redis-cluster://a,b` are one
/// each.
bool continues(const option_entry& option, const std::string& part) {
  if (option.name == "default-rooms")
    return find_room_right(part) != nullptr;
  if (option.name == "redis")
    return part.find("://") == part.npos;
  return option.name == "history" && part.find('=') == part.npos;
}

strings read_list(const option_entry& option, const std::string& value) {
  strings res;
  for (auto& part : split(value))
    if (!res.empty() && continues(option, part))
      res.back().append(",").append(part);
    else
      res.push_back(part);
  return res;
}

std::string_view expectation(option_kind kind) {
  switch (kind) {
  case option_kind::text:
    return "expected a string in quotes";
  case option_kind::number:
    return "expected a whole number without quotes";
  case option_kind::toggle:
    return "expected true or false without quotes";
  case option_kind::list:
    return "expected an array of strings: [\"...\", \"...\"]";
  }
  return {};
}

/// Returns what is wrong with a line of a file, apart from its value.
std::string check(const config_entry& entry, const option_entry* option,
                  const option_table& table) {
  if (!option)
    return unknown_option(table, "key", canonical(entry.key),
                          [](const option_entry& other) { return other.name; });
  if (option->name == "config")
    return "a file cannot name another file";
  // A list of one may be written without brackets.
  auto is_only
    = option->kind == option_kind::list && entry.kind == option_kind::text;
  if (option->kind != entry.kind && !is_only)
    return std::string{expectation(option->kind)};
  return {};
}

} // namespace

settings settings::refused(const std::string& source,
                           const std::string& reason) {
  return {{}, 2, source + ": " + reason, {}};
}

std::string settings::find(std::string_view name) const {
  for (const auto& setting : values)
    if (setting.option->name == name)
      return setting.values.front();
  return {};
}

bool is_foreign(std::string_view variable) {
  return variable == "ATRIUM_BINARY" || variable.starts_with("ATRIUM_INSPECT_")
         || variable.starts_with("ATRIUM_TEST_");
}

settings read_variables(const variable_map& variables,
                        const option_table& table) {
  settings res;
  for (const auto& [name, value] : variables) {
    constexpr std::string_view prefix = "ATRIUM_";
    // Counts as not set: a template of a deployment makes an empty variable of
    // a value that is missing.
    if (!name.starts_with(prefix) || is_foreign(name) || value.empty())
      continue;
    auto key = canonical(name.substr(prefix.size()));
    auto option = table.find(key);
    // Ignored, not refused: a Service may have the name `atrium`, and the pod
    // has to start.
    if (is_address_of_service(name.substr(prefix.size()), value)
        || (!option && is_of_orchestrator(name.substr(prefix.size()), value))) {
      res.ignored.push_back(name);
      continue;
    }
    // In its own spelling only: `ATRIUM_LISTEN` and `ATRIUM_listen` could both
    // be set, and which one wins would depend on their order.
    if (!option || option->variable() != name)
      return settings::refused(
        name, unknown_option(table, "variable", key, [](const auto& other) {
          return other.variable();
        }));
    auto list = option->kind == option_kind::list;
    res.values.push_back(
      {option, list ? read_list(*option, value) : strings{value}, name});
  }
  return res;
}

settings read_config(const std::string& path, const option_table& table) {
  constexpr std::size_t largest_file = 1 << 20;
  auto text = read_file(path, largest_file + 1);
  if (!text)
    return settings::refused(path, "cannot read the file");
  if (text->size() > largest_file)
    return settings::refused(path, "the file is longer than 1 MiB");
  auto where
    = [&](std::size_t line) { return path + ":" + std::to_string(line); };
  auto file = parse_config(*text);
  if (!file.error.empty())
    return settings::refused(where(file.error_line), file.error);
  settings res;
  std::map<std::string, std::size_t> lines;
  for (auto& entry : file.entries) {
    auto name = canonical(entry.key);
    auto option = table.find(name);
    auto source = where(entry.line) + ": " + entry.key;
    if (auto reason = check(entry, option, table); !reason.empty())
      return settings::refused(source, reason);
    // By the canonical name: `max_rooms` and `max-rooms` are one option.
    if (auto [first, fresh] = lines.emplace(name, entry.line); !fresh)
      return settings::refused(source, "already set in line "
                                         + std::to_string(first->second));
    res.values.push_back({option, std::move(entry.values), source});
  }
  return res;
}

std::string unknown_option(const option_table& table, const std::string& kind,
                           std::string_view name,
                           std::string (*show)(const option_entry&)) {
  auto similar = table.similar(name);
  return "unknown " + kind
         + (similar ? "; did you mean " + show(*similar) + "?" : "");
}

} // namespace atrium
