#pragma once

#include "atrium/net/cli/inspect/object_lines.hpp"

#include <deque>

namespace atrium::tool {

struct terminal_size {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// Returns an event of the node as a line: `16:52:03 joined room lobby  ann`.
std::string event_line(const json& event);

/// Returns what it says of events that had to go before they were read.
std::string missed_line(const json& page);

/// What `watch` shows: above how the node is and what does most, below what has
/// happened. Keeps the latest events only.
class watch_screen {
public:
  static constexpr std::size_t most_events = 500;

  void set_node(json view) {
    node_ = std::move(view);
  }

  void set_top(json view) {
    top_ = std::move(view);
  }

  void add_events(const json& page);

  /// Returns at most as many lines as there are rows, none wider than the
  /// terminal, printable.
  lines draw(terminal_size size) const;

private:
  lines header() const;

  json node_ = json::object();
  json top_ = json::object();
  std::deque<std::string> events_; // as lines
};

/// Returns what paints the lines over those that a terminal shows.
std::string repaint(const lines& screen);

} // namespace atrium::tool
