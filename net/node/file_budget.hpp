#pragma once

#include <cstddef>

namespace atrium {

struct auth_options;

/// Who may have how many of the file descriptors of this process. Clients get
/// what is left when operators and the links to Redis have theirs, so that
/// these work also when no client can be accepted any more.
struct file_budget {
  std::size_t limit = 0;     ///< RLIMIT_NOFILE; of all.
  std::size_t clients = 0;   ///< WebSockets and those that may become one.
  std::size_t operators = 0; ///< Connections of the internal listener.
  std::size_t backends = 0;  ///< The same, of those who use the HTTP API.
  std::size_t watchers = 0;  ///< Event streams of operators.

  /// Shares out `limit`, of which `open` are taken already.
  static file_budget share(std::size_t limit, std::size_t open,
                           const auth_options& from);

  /// The same for this process, now; `links` are going to be opened.
  static file_budget of_process(const auth_options& from, std::size_t links);
};

/// Raises the soft limit of file descriptors to the hard one: where nobody has
/// thought of it, it is 1024. Logs that.
void raise_file_limit();

} // namespace atrium
