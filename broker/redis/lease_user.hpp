#pragma once

#include <string>

namespace atrium {

/// One whose entries in Redis stand under the lease of the node. All calls come
/// from the thread of the client, possibly while the client calls its callers:
/// neither may add or remove one, or work at once (`go_on_soon`).
class lease_user {
public:
  virtual ~lease_user() = default;

  /// Entries stand under this lease from now on. The same id as before: the
  /// link was lost, and nobody has touched what is there. Another one: the node
  /// was taken for dead, or Redis may have lost its data, so everything is told
  /// again; what stands under the old id goes by itself.
  virtual void on_lease(const std::string& id) = 0;

  /// Others may take the node for dead: nothing is written until `on_lease`.
  virtual void on_doubt() = 0;
};

} // namespace atrium
