#include "atrium/broker/tcp/pass_phrase.hpp"

#include <openssl/ui.h>

namespace atrium {

int refuse_pass_phrase(char*, int, int, void* wanted) {
  if (wanted != nullptr)
    *static_cast<bool*>(wanted) = true;
  // Not 0, which would be a pass phrase without characters.
  return -1;
}

void never_ask_for_pass_phrases() {
  UI_set_default_method(UI_null());
}

} // namespace atrium
