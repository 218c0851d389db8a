#pragma once

#include "atrium/net/cli/bench/offset_checker.hpp"
#include "atrium/net/cli/bench/publisher.hpp"
#include "atrium/net/cli/bench/sequence_checker.hpp"
#include "atrium/net/cli/bench/storm.hpp"

#include <string>
#include <vector>

namespace atrium::bench {

/// The scenario `recover`: a storm in which messages are published while the
/// clients are away. They come back with their position and have to get all of
/// them, each once and in order. One more client in each room stays and
/// publishes; those are the first clients of the swarm.
class recover : public storm {
public:
  explicit recover(const bench_options& from);

  /// Adds the figures. Returns what went wrong before the clients could come
  /// back, or nothing.
  std::string run(report& out);

  void ready(client& who, std::string_view text) override;
  void joined(client& who, std::string_view text) override;
  void message(client& who, std::string_view text,
               steady::time_point now) override;

protected:
  std::string progress() override;
  bool is_over() const override;

private:
  std::size_t rooms() const {
    return layout_.rooms();
  }

  bool stays(const client& who) const {
    return who.index < rooms();
  }

  /// How many clients come back.
  std::size_t travellers() const {
    return swarm_.size() - rooms();
  }

  std::string publish_missed();
  void publish(std::size_t room);
  void add_figures(report& out, double seconds, const usage& server,
                   const usage& own);

  std::vector<std::string> epochs_; ///< Of each room.
  std::vector<publisher> publishers_;
  std::vector<std::uint32_t> got_; ///< Messages of each client.
  sequence_checker checker_;
  offset_checker offsets_;
  histogram times_;            ///< Until a client has everything, in ns.
  std::uint64_t stored_ = 0;   ///< Messages that publishers have got.
  std::uint64_t replayed_ = 0; ///< Messages that travellers have got.
  std::uint64_t complete_ = 0; ///< Clients that have everything.
  std::uint64_t told_ = 0;     ///< Clients that were told of a loss.
  std::uint64_t foreign_ = 0;  ///< Messages that nobody here has asked for.
};

} // namespace atrium::bench
