#include "atrium/net/inspect/watch.hpp"

#include "atrium/net/inspect/terminal.hpp"
#include "atrium/net/inspect/terminal_text.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <csignal>
#include <memory>
#include <optional>

namespace atrium::tool {

namespace {

namespace asio = boost::asio;

/// Asks on one thread, the caller's; answers come back to it.
class watcher : public std::enable_shared_from_this<watcher> {
public:
  watcher(node_link& link, const inspect_options& from)
    : link_(link),
      from_(from),
      on_screen_(is_terminal() && !from.json),
      stop_(io_, SIGINT, SIGTERM, SIGHUP),
      resize_(io_, SIGWINCH) {
    // nop
  }

  std::string run() {
    std::optional<full_screen> page;
    if (on_screen_)
      page.emplace();
    stop_.async_wait([this](auto, int) { io_.stop(); });
    wait_for_resize();
    look();
    io_.run();
    return error_;
  }

private:
  void wait_for_resize() {
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
    // In the end answers may still be on their way.
    auto then = [weak = weak_from_this(), take](node_answer x) {
      if (auto self = weak.lock())
        asio::post(self->io_, [here = self.get(), take, x = std::move(x)] {
          here->answered(x, take);
        });
    };
    link_.ask({target, std::nullopt}, then);
  }

  template <class Take>
  void answered(const node_answer& x, Take take) {
    auto view = json::parse(x.json, nullptr, false);
    if (!x.error.empty())
      return fail(x.error);
    if (x.status != 200 || !view.is_object())
      return fail(view.is_object() ? printable(field_text(view, "message"))
                                   : "the node answers something else");
    take(view);
    if (--missing_ != 0)
      return;
    draw();
    again_.expires_after(from_.interval);
    again_.async_wait([this](auto) { look(); });
  }

  void fail(const std::string& why) {
    error_ = why;
    io_.stop();
  }

  void take_events(const json& x) {
    next_ = field_text(x, "next");
    if (on_screen_)
      return screen_.add_events(x);
    std::string text;
    if (auto line = missed_line(x); !line.empty() && !from_.json)
      text += line + '\n';
    if (auto events = x.find("events"); events != x.end())
      for (auto& event : *events)
        text += (from_.json ? event.dump() : event_line(event)) + '\n';
    if (!text.empty() && !write_out(text))
      fail("nobody reads");
  }

  void draw() const {
    if (on_screen_)
      write_out(repaint(screen_.draw(size_of_terminal())));
  }

  node_link& link_;
  const inspect_options& from_;
  const bool on_screen_;
  asio::io_context io_{1};
  asio::signal_set stop_;
  asio::signal_set resize_;
  asio::steady_timer again_{io_};
  watch_screen screen_;
  std::string next_ = "0"; // the first event that has not been seen
  std::size_t missing_ = 0;
  std::string error_;
};

} // namespace

std::string watch(node_link& link, const inspect_options& from) {
  return std::make_shared<watcher>(link, from)->run();
}

} // namespace atrium::tool
