#include "atrium/net/cli/run_check_config.hpp"

#include "atrium/broker/tcp/pass_phrase.hpp"
#include "atrium/net/auth/make_authenticator.hpp"
#include "atrium/net/cli/try_redis.hpp"
#include "atrium/net/inspector/administrators.hpp"
#include "atrium/net/options/config_text.hpp"
#include "atrium/net/options/parse_options.hpp"
#include "atrium/net/transport/tls_context.hpp"

#include <cstdio>
#include <string_view>
#include <vector>

namespace atrium {

namespace {

constexpr std::string_view connect = "--connect";

// Reads the files that options name.
std::string read_files(const options& from) {
  std::string error;
  make_authenticator(from.auth, error);
  if (error.empty())
    tls_context::load(from.tls, error);
  if (error.empty())
    tls_context::load(from.internal.tls, error);
  if (error.empty())
    administrators::load(from.internal.admin_token_file, false, error);
  if (error.empty())
    load_redis_access(from.bus.redis_access, needs_tls(from.bus), error);
  return error;
}

} // namespace

int run_check_config(int argc, const char* const* argv) {
  constexpr auto unsound = 2;
  option_table table;
  table.name_command(
    "atrium check-config",
    "Says whether the options of a node are sound, and prints them.",
    {std::string{connect},
     "Try each --redis as a node would, and say what is wrong: with the "
     "connection, the user and its rights, the kind of server, its settings. "
     "Takes some seconds, and leaves nothing behind."});
  // A flag of this command has no variable, and no place in a file.
  std::vector<const char*> words(argv, argv + argc);
  auto connects
    = std::erase_if(words, [](std::string_view x) { return x == connect; })
      != 0;
  auto parsed = parse_options(static_cast<int>(words.size()), words.data(),
                              process_variables(), table);
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
  if (auto error = read_files(from); !error.empty()) {
    std::fprintf(stderr, "atrium: %s\n", error.c_str());
    return unsound;
  }
  std::vector<std::string> notes;
  if (connects) {
    auto found = try_redis(from);
    if (!found)
      return unsound;
    notes = std::move(*found);
  }
  // The output may serve as a file for --config, in which that option is
  // refused.
  for (auto& entry : table)
    if (entry.name != "config")
      std::puts(config_line(entry, entry.visible(from)).c_str());
  for (auto& x : notes)
    std::printf("# %s\n", x.c_str());
  std::puts("# the configuration is sound");
  return 0;
}

} // namespace atrium
