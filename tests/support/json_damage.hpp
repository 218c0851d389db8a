#pragma once

#include <random>
#include <string>
#include <string_view>

namespace atrium {

/// Changes, removes or doubles some bytes of a JSON text, which does not become empty.
inline void damage(std::string& text, std::mt19937& random) {
  using namespace std::literals;
  static constexpr auto alphabet = "{}[]\",:\\u0019 e.+-\n\t\x1f\x7f\xC3\xA4\xFFtn"sv;
  auto at = random() % text.size();
  switch (random() % 5) {
  case 0:
    text.erase(at, 1 + random() % 3);
    break;
  case 1:
    text.insert(at, text.substr(random() % text.size(), random() % 16));
    break;
  case 2:
    text.insert(at, 1, alphabet[random() % alphabet.size()]);
    break;
  default:
    text[at] = alphabet[random() % alphabet.size()];
  }
  if (text.empty())
    text = "{}";
}

} // namespace atrium
