#include "atrium/net/inspector/event_stream.hpp"

#include "atrium/actors/util/event_log.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/net/http/http_rules.hpp"

#include <boost/asio/write.hpp>

namespace atrium {

namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 250ms;
constexpr std::size_t looks_per_sign = 60; // of life: every 15 seconds
constexpr auto patience = 30s;             // with who takes nothing

// A proxy in front is to pass on each event as it comes: neither to gather them
// (nginx does, unless it is told not to) nor to compress them. The comment is
// a first byte at once, whatever waits for one.
std::string head() {
  return "HTTP/1.1 200 OK\r\n"
         "Server: atrium\r\n"
         "Date: "
         + http_date(std::chrono::system_clock::now())
         + "\r\n"
           "Content-Type: text/event-stream\r\n"
           "Cache-Control: no-cache, no-store, no-transform\r\n"
           "X-Accel-Buffering: no\r\n"
           "X-Content-Type-Options: nosniff\r\n"
           "Referrer-Policy: no-referrer\r\n"
           "Connection: close\r\n\r\n"
           ":\n"
           "retry: 2000\n\n";
}

std::string as_text(event_log::page page) {
  std::string result;
  if (page.missed != 0)
    result += "event: missed\ndata: {\"missed\":" + std::to_string(page.missed)
              + "}\n\n";
  for (auto& x : page.events)
    result += "id: " + std::to_string(x.number)
              + "\ndata: " + json_inspector::to_json(x) + "\n\n";
  return result;
}

} // namespace

event_stream::event_stream(transport client, lane_thread& lane,
                           environment_ptr node, std::uint64_t first)
  : client_(std::move(client)),
    lane_(lane),
    node_(std::move(node)),
    timer_(lane.io()),
    next_(first) {
  // nop
}

void event_stream::run(permit held) {
  permit_ = std::move(held);
  if (next_ == 0) // what happens from now on, not from the first look on
    next_ = node_->events->read(0).next;
  listen();
  write(head());
}

// Whatever comes is of no interest; that nothing more comes is.
void event_stream::listen() {
  client_.async_read_some(boost::asio::buffer(ignored_),
                          [self = shared_from_this()](auto error, auto) {
                            error ? self->close() : self->listen();
                          });
}

void event_stream::look() {
  // By looking, not by being told: an event costs the actors the same however
  // many listen, and nothing piles up for a slow client.
  auto page = node_->events->read(next_);
  next_ = page.next;
  auto text = as_text(std::move(page));
  quiet_ = text.empty() ? quiet_ + 1 : 0;
  if (quiet_ == looks_per_sign) {
    quiet_ = 0;
    text = ":\n\n";
  }
  text.empty() ? pause() : write(std::move(text));
}

void event_stream::pause() {
  timer_.expires_after(between_looks);
  timer_.async_wait([self = shared_from_this()](auto error) {
    if (!error)
      self->look();
  });
}

void event_stream::write(std::string text) {
  out_ = std::move(text);
  // Never cancelled: the sign of life renews the deadline in time. So each
  // stream has one, and a stop of the node ends it.
  lane_.timers().expire_after(*this, patience);
  boost::asio::async_write(client_, boost::asio::buffer(out_),
                           [self = shared_from_this()](auto error, auto) {
                             // One write at a time: the next look waits for it,
                             // so `out_` is not touched meanwhile.
                             error ? self->close() : self->pause();
                           });
}

void event_stream::close() {
  lane_timers::cancel_deadline(*this);
  timer_.cancel();
  boost::system::error_code ignored;
  client_.next_layer().close(ignored);
}

} // namespace atrium
