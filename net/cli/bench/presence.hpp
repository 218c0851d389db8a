#pragma once

#include "atrium/net/cli/bench/crowd.hpp"
#include "atrium/net/cli/bench/histogram.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace atrium::bench {

/// The scenario `presence`: a few members of a room leave and come back all the
/// time, the others stay. Each leave and each join is a change of who is in the
/// room. Where members hear of these changes, the first client checks what it
/// hears.
class presence : public crowd {
public:
  explicit presence(const bench_options& from);

  /// Adds the figures. Returns what went wrong before the first change, or
  /// nothing.
  std::string run(report& out);

  void joined(client& who, std::string_view text) override;
  void left(client& who) override;
  void told(client& who, std::string_view text) override;

protected:
  std::string progress() override;

private:
  // What has happened until some time.
  struct tally {
    steady::time_point time;
    usage server;
    usage redis;
    usage own;
    std::uint64_t changes = 0;
    std::uint64_t heard = 0;
    std::uint64_t events = 0;
  };

  tally now() const;
  bool travels(const client& who) const;
  bool ask(std::uint64_t wanted);
  void leave(client& who);
  void change(client& who);
  void settle();
  void hear(std::string_view text);
  void add_figures(report& out, const tally& from, const tally& to);

  std::size_t travellers_;
  std::vector<steady::time_point> asked_; ///< When each client did.
  std::vector<char> latest_;              ///< What was heard of each client.
  histogram times_;                       ///< Until a change is answered, ns.
  bool moving_ = false;
  std::size_t away_ = 0; ///< Clients that are not in the room.
  std::uint64_t changes_ = 0;
  std::uint64_t shown_changes_ = 0;
  std::uint64_t heard_ = 0;              ///< Changes, by the first client.
  std::uint64_t events_ = 0;             ///< The same, by all clients.
  std::uint64_t wrong_ = 0;              ///< Changes that change nothing.
  std::optional<std::uint64_t> present_; ///< What the server said last.
};

} // namespace atrium::bench
