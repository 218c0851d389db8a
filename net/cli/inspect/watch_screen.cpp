#include "atrium/net/cli/inspect/watch_screen.hpp"

#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/cli/inspect/view_lines.hpp"

#include <algorithm>

namespace atrium::tool {

namespace {

constexpr auto gap = "  ";

void add_word(std::string& out, const std::string& title,
              const std::string& value) {
  if (value.empty())
    return;
  if (!out.empty())
    out += gap;
  out += title.empty() ? printable(value) : title + ' ' + printable(value);
}

} // namespace

std::string event_line(const json& event) {
  std::string result;
  auto time = event.find("time");
  if (time != event.end() && time->is_number())
    result = clock_text(time->get<std::int64_t>());
  add_word(result, {}, field_text(event, "event"));
  // Clients choose these names; `add_word` escapes the other texts.
  auto kind = printable(field_text(event, "kind"));
  auto name = printable(field_text(event, "name"));
  auto what = kind.empty() || name.empty() ? kind + name : kind + ' ' + name;
  if (!what.empty())
    result += gap + what;
  add_word(result, "user", field_text(event, "user"));
  add_word(result, "connection", field_text(event, "connection"));
  return result;
}

std::string missed_line(const json& page) {
  auto missed = page.find("missed");
  if (missed == page.end() || !missed->is_number() || *missed == 0)
    return {};
  return "(" + missed->dump() + " events went by unseen)";
}

void watch_screen::add_events(const json& page) {
  if (auto line = missed_line(page); !line.empty())
    events_.push_back(std::move(line));
  if (auto events = page.find("events"); events != page.end())
    for (auto& x : *events)
      events_.push_back(event_line(x));
  // A watch may run for days.
  auto kept = std::min(events_.size(), most_events);
  events_.erase(events_.begin(),
                events_.end() - static_cast<std::ptrdiff_t>(kept));
}

lines watch_screen::header() const {
  std::string who = printable(field_text(node_, "node"));
  add_word(who, {}, field_text(node_, "phase"));
  add_word(who, "up", field_text(node_, "uptime_s"));
  add_word(who, "version", field_text(node_, "version"));
  std::string numbers;
  for (auto key : {"connections", "rooms", "users", "load"})
    add_word(numbers, key, field_text(node_, key));
  auto bus = node_.find("bus");
  if (bus != node_.end() && bus->is_object()) {
    add_word(numbers, "bus", field_text(*bus, "kind"));
    if (field_text(*bus, "connected") == "no")
      numbers += ", not connected";
  }
  return {who, numbers};
}

lines watch_screen::draw(terminal_size size) const {
  constexpr std::size_t fewest_events = 3; // when there is no room for all
  auto result = header();
  auto add = [&](lines part, std::size_t rows) {
    if (part.empty())
      return;
    part.resize(std::min(part.size(), rows + 1)); // and the heading
    result.emplace_back();
    result.insert(result.end(), part.begin(), part.end());
  };
  // A table takes a fifth of the screen, so that three of them leave room for
  // events.
  auto rows = std::max<std::size_t>(size.rows / 5, 2);
  add(room_table(top_, size.columns), rows);
  add(slow_table(top_, size.columns), rows);
  add(mailbox_table(top_, size.columns), rows);
  constexpr std::size_t heading = 2; // of the events: an empty line and it
  if (size.rows > fewest_events + heading)
    result.resize(std::min(result.size(), size.rows - fewest_events - heading));
  result.emplace_back();
  result.emplace_back("EVENTS (UTC)");
  auto left = size.rows - std::min(result.size(), size.rows);
  auto shown = static_cast<std::ptrdiff_t>(std::min(events_.size(), left));
  result.insert(result.end(), events_.end() - shown, events_.end());
  result.resize(std::min(result.size(), size.rows));
  for (auto& x : result)
    x = cut(x, size.columns);
  return result;
}

std::string repaint(const lines& screen) {
  constexpr auto home = "\x1b[H";
  // Each line is cleared behind its text: to clear the whole screen first would
  // flicker.
  constexpr auto clear_line = "\x1b[K";
  constexpr auto clear_below = "\x1b[J";
  std::string result = home;
  for (auto& x : screen) {
    if (&x != &screen.front())
      result += "\r\n";
    result += x;
    result += clear_line;
  }
  return result + clear_below;
}

} // namespace atrium::tool
