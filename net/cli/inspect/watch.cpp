#include "atrium/net/cli/inspect/watch.hpp"

#include "atrium/net/cli/inspect/terminal.hpp"
#include "atrium/net/cli/inspect/terminal_text.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <optional>

namespace atrium::tool {

namespace {

namespace asio = boost::asio;

/// Everything runs on the thread of the caller, which runs the link.
class watcher {
public:
  watcher(node_link& link, const inspect_options& from)
    : link_(link),
      from_(from),
      on_screen_(is_terminal() && !from.json),
      stop_(link.io(), SIGINT, SIGTERM, SIGHUP),
      resize_(link.io(), SIGWINCH),
      again_(link.io()) {
    // nop
  }

  std::string run() {
    // Signals and exceptions end the loop, not the process: the destructor of
    // `page` restores the terminal.
    std::optional<full_screen> page;
    if (on_screen_)
      page.emplace();
    stop_.async_wait([this](auto, int) { link_.io().stop(); });
    wait_for_resize();
    look();
    link_.io().run();
    return error_;
  }

private:
  void wait_for_resize() {
    // Only painted anew: nothing has to be asked of the node.
    resize_.async_wait([this](auto error, int) {
      if (error)
        return;
      draw();
      wait_for_resize();
    });
  }

  // Who watches lines needs the events only.
  void look() {
    ask("events?after=" + next_, [this](const json& x) { take_events(x); });
    if (!on_screen_)
      return;
    ask("", [this](const json& x) { screen_.set_node(x); });
    ask("top?limit=10", [this](const json& x) { screen_.set_top(x); });
  }

  template <class Take>
  void ask(const std::string& target, Take take) {
    ++missing_;
    link_.ask({target, std::nullopt},
              [this, take](const node_response& x) { answered(x, take); });
  }

  template <class Take>
  void answered(const node_response& x, Take take) {
    if (!x.error.empty())
      return fail(x.error);
    auto view = parse_view(x.json);
    if (!view.is_object())
      return fail("the node answers something else");
    take(view);
    // The pause begins after the last response: a slow node is asked less
    // often, and requests never pile up.
    if (--missing_ != 0)
      return;
    draw();
    again_.expires_after(from_.interval);
    again_.async_wait([this](auto) { look(); });
  }

  void fail(const std::string& why) {
    error_ = why;
    link_.io().stop();
  }

  void take_events(const json& x) {
    // The node counts its events: the next answer has those in between, or
    // their number if they are gone.
    next_ = field_text(x, "next");
    if (on_screen_)
      return screen_.add_events(x);
    std::string text;
    if (auto line = missed_line(x); !line.empty() && !from_.json)
      text += line + '\n';
    if (auto events = x.find("events"); events != x.end())
      for (auto& event : *events)
        text += (from_.json ? event.dump() : event_line(event)) + '\n';
    // The disk may be full, or the reader gone where SIGPIPE is ignored.
    if (!text.empty() && !write_out(text))
      fail("nobody reads");
  }

  void draw() const {
    if (on_screen_)
      // A terminal that is gone sends SIGHUP, which ends the loop.
      write_out(repaint(screen_.draw(size_of_terminal())));
  }

  node_link& link_;
  const inspect_options& from_;
  const bool on_screen_;
  asio::signal_set stop_;
  asio::signal_set resize_;
  asio::steady_timer again_;
  watch_screen screen_;
  std::string next_ = "0"; // the first event that has not been seen
  std::size_t missing_ = 0;
  std::string error_;
};

} // namespace

std::string watch(node_link& link, const inspect_options& from) {
  return watcher{link, from}.run();
}

} // namespace atrium::tool
