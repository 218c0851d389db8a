#pragma once

namespace atrium {

/// For OpenSSL, in place of its own callback, which asks the terminal: has
/// reading an encrypted key fail, and notes in the `bool` at `wanted`, unless
/// that is null, that the key is encrypted.
int refuse_pass_phrase(char* out, int size, int writes, void* wanted);

/// From now on no key that this process reads, through whatever library, has
/// OpenSSL ask the terminal: a daemon would wait for an answer that nobody
/// gives.
void never_ask_for_pass_phrases();

} // namespace atrium
