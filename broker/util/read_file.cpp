#include "atrium/broker/util/read_file.hpp"

#include <filesystem>
#include <fstream>
#include <ios>

namespace atrium {

std::optional<std::string> read_file(const std::string& path,
                                     std::size_t most) {
  std::string result(most, '\0');
  std::ifstream in{path, std::ios::binary};
  // Iterators would throw here: a folder opens like a file, and to read it
  // fails, or reads as nothing.
  in.read(result.data(), static_cast<std::streamsize>(most));
  std::error_code ignored;
  if (!in.is_open() || in.bad() || std::filesystem::is_directory(path, ignored))
    return std::nullopt;
  result.resize(static_cast<std::size_t>(in.gcount()));
  return result;
}

} // namespace atrium
