#pragma once

#include "atrium/broker/redis/cluster/slot_map.hpp"
#include "atrium/broker/redis/redis_dialog.hpp"

#include <cstddef>
#include <string_view>

namespace atrium {

/// The links of a `cluster_pipeline`, one for each server, which its owner has.
/// None of these calls may call the pipeline back but `wake`, by
/// `redis_dialog::compose`.
class cluster_links {
public:
  /// A link to this server is needed, to say what `dialog` says, until `close`.
  virtual void open(std::size_t number, const cluster_server& where,
                    redis_dialog& dialog)
    = 0;

  /// Nobody needs that link: its dialog is not to be called any more, and gone
  /// after this call. The number may be that of another server later.
  virtual void close(std::size_t number) = 0;

  /// The dialog of that link has something to write.
  virtual void wake(std::size_t number) = 0;

  /// Something has no answer yet: `tick` has to be called in time.
  virtual void on_waiting() {
    // nop
  }

  /// Slots may have moved: who has them is to be asked for (`set_map`). May be
  /// called for each of thousands of commands.
  virtual void ask_topology() = 0;

  /// That server is no master: whatever its address, or only if it is `where`.
  virtual void on_demoted(std::size_t number, std::string_view reason,
                          const dial_protocol::endpoint* where)
    = 0;

  /// That link has shown that it works.
  virtual void on_proven(std::size_t number) = 0;

protected:
  ~cluster_links() = default;
};

} // namespace atrium
