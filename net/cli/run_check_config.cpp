#include "atrium/net/cli/run_check_config.hpp"

#include "atrium/broker/json/json_writer.hpp"
#include "atrium/net/auth/make_authenticator.hpp"
#include "atrium/net/inspector/administrators.hpp"
#include "atrium/net/options/parse_options.hpp"
#include "atrium/net/transport/pass_phrase.hpp"
#include "atrium/net/transport/tls_context.hpp"

#include <cstdio>

namespace atrium {

namespace {

std::string quoted(const std::string& text) {
  std::string result;
  json_writer{result}.text(text); // TOML's basic strings are the same
  return result;
}

std::string value_of(const option_entry& entry, const options& from) {
  auto values = entry.visible(from);
  if (entry.kind == option_kind::list) {
    std::string result;
    for (auto& x : values)
      result += (result.empty() ? "" : ", ") + quoted(x);
    return '[' + result + ']';
  }
  if (entry.kind != option_kind::text)
    return values.front();
  return quoted(values.front());
}

} // namespace

int run_check_config(int argc, const char* const* argv) {
  constexpr auto unsound = 2;
  auto parsed = parse_options(argc, argv);
  if (parsed.exit_code) {
    std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
    return *parsed.exit_code;
  }
  for (auto& name : parsed.ignored)
    std::fprintf(stderr, "atrium: %s is an orchestrator's, and ignored\n",
                 name.c_str());
  // Otherwise a check in a script would wait for a pass phrase.
  never_ask_for_pass_phrases();
  auto& from = parsed.value;
  std::string error;
  make_authenticator(from.auth, error);
  if (error.empty())
    tls_context::load(from.tls, error);
  if (error.empty())
    tls_context::load(from.internal.tls, error);
  if (error.empty())
    administrators::load(from.internal.admin_token_file, false, error);
  if (!error.empty()) {
    std::fprintf(stderr, "atrium: %s\n", error.c_str());
    return unsound;
  }
  // The output may serve as a file for --config, in which that option is
  // refused.
  for (auto& entry : option_table{})
    if (entry.name != "config")
      std::printf("%s = %s\n", entry.name.c_str(),
                  value_of(entry, from).c_str());
  std::puts("# the configuration is sound");
  return 0;
}

} // namespace atrium
