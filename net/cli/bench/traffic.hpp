#pragma once

#include "atrium/net/cli/bench/crowd.hpp"
#include "atrium/net/cli/bench/histogram.hpp"
#include "atrium/net/cli/bench/offset_checker.hpp"
#include "atrium/net/cli/bench/publisher.hpp"
#include "atrium/net/cli/bench/sequence_checker.hpp"

#include <limits>
#include <optional>
#include <vector>

namespace atrium::bench {

/// The scenarios that publish: `fanout`, `chat`, `direct`, `broadcast`. They
/// differ in who receives what: a *group* of receivers is a room, the
/// connections of a user, or everybody.
class traffic : public crowd {
public:
  explicit traffic(const bench_options& from);

  /// Gathers, publishes, waits for what is on its way and adds the figures.
  /// Returns what went wrong before it could publish, or nothing.
  std::string run(report& out);

  void joined(client& who, std::string_view text) override;
  void message(client& who, std::string_view text,
               steady::time_point now) override;

protected:
  std::string progress() override;

private:
  /// Readings at one point in time.
  struct reading {
    steady::time_point time;
    usage server;
    usage own;
    std::uint64_t deliveries = 0;
    std::uint64_t published = 0;
    std::uint64_t bytes = 0;
  };

  static constexpr auto never = std::numeric_limits<std::uint64_t>::max();

  std::size_t group_of(std::size_t client) const;
  std::size_t target_of(std::size_t publisher) const;
  std::size_t group_count() const;
  bool receives(std::size_t client, std::size_t publisher) const;
  std::string request_of(std::size_t publisher) const;

  void plan();
  void add_publishers();
  void publish(std::size_t number, steady::time_point due);
  void refill(std::size_t number);
  void publish_due(steady::time_point now);
  void publish_until(steady::time_point until);
  void abandon_stalled(steady::time_point now);
  void drain();
  void settle();
  reading read() const;
  void add_figures(report& out, const reading& from, const reading& to) const;

  std::vector<std::uint32_t> members_; ///< Of each group.
  std::vector<std::uint32_t> senders_; ///< To each group.
  std::vector<std::uint32_t> slots_;   ///< Of each publisher in its group.
  std::vector<std::size_t> pairs_;     ///< First pair of each client.
  std::vector<publisher> publishers_;
  std::vector<std::size_t> refillable_; ///< Publishers that may go on.
  std::optional<sequence_checker> checker_;
  offset_checker offsets_;
  histogram latencies_; ///< In ns, of messages due while it is measured.
  std::uint64_t measured_from_ = never;
  std::uint64_t measured_until_ = never;
  std::uint64_t deliveries_ = 0;
  std::uint64_t shown_deliveries_ = 0;
  std::uint64_t published_ = 0;
  std::uint64_t expected_ = 0; ///< Deliveries of what was published.
  std::uint64_t foreign_ = 0;  ///< Messages that nobody here has asked for.
  steady::time_point next_due_;
  steady::time_point next_check_;
};

} // namespace atrium::bench
