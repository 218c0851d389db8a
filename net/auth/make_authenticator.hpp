#pragma once

#include <memory>
#include <string>

namespace atrium {

class authenticator;
struct auth_options;

/// Makes what `--auth` asks for. Null with `none`, and null with `error` set
/// when keys cannot be read. Blocks.
std::shared_ptr<authenticator> make_authenticator(const auth_options& from,
                                                  std::string& error);

/// Returns what is wrong with the options of authentication, or nothing; reads
/// no files.
std::string check_auth(const auth_options& from);

} // namespace atrium
