#pragma once

#include "support/redis_fixture.hpp"

#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace atrium::test {

/// Makes the user that the README of redis names, for the namespace
/// `prod:chat`; returns whether the server takes all of its rules. The suite
/// has to be compiled with REDIS_README.
inline bool grant_least_rights(const redis_server& server) {
  std::ifstream file{REDIS_README};
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  auto rules = text.substr(text.find("ACL SETUSER atrium ") + 19);
  std::istringstream words{rules.substr(0, rules.find("\n\n"))};
  auto taken = true;
  for (std::string word; words >> word;)
    taken = server.ask({"ACL", "SETUSER", "atrium", word}) == "OK" && taken;
  return taken;
}

/// Returns the configuration of a client that is this user.
inline bus_settings least_rights_config(const redis_server& server, log_probe& log) {
  auto config = quick_config(server.place("atrium:secret@"));
  config.log = log.sink();
  return config;
}

} // namespace atrium::test
