#include "atrium/net/websocket/outbox_writer.hpp"

#include "atrium/net/transport/gather_write.hpp"
#include "atrium/net/websocket/framing.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <array>
#include <poll.h>

namespace atrium {

namespace {

constexpr std::size_t parts_per_write = 64;

// With TLS what is under way hides whether the socket would take more.
bool takes_bytes(stream_socket& socket) {
  pollfd x{socket.native_handle(), POLLOUT, 0};
  return ::poll(&x, 1, 0) == 1 && (x.revents & POLLOUT) != 0;
}

} // namespace

// What is on its way through TLS, which takes one record after the other.
struct outbox_writer::encrypted {
  std::string record;         // until it is written
  std::function<void()> then; // when all is written
};

outbox_writer::outbox_writer(transport below, flusher& by, std::size_t most)
  : transport_(std::move(below)), flusher_(&by), most_(most) {
  boost::system::error_code ignored;
  auto& socket = transport_.next_layer();
  // Frames are gathered here already: Nagle's algorithm would only delay them.
  socket.set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
  if (transport_.tls() != nullptr)
    encrypted_ = std::make_unique<encrypted>();
  else
    socket.non_blocking(true, ignored);
}

// A writer that is gone must not count: the lane would wait for it for ever.
outbox_writer::~outbox_writer() {
  fall_behind(false);
}

void outbox_writer::owned_by(std::weak_ptr<stream_owner> owner) {
  owner_ = std::move(owner);
}

std::shared_ptr<stream_owner> outbox_writer::owner() const {
  return owner_.lock();
}

// -- writing ------------------------------------------------------------------

// RFC 6455, section 5.5.3, lets a node answer only the latest ping. What the
// others would have taken is held against the client all the same: it has sent
// pings, and has not taken a byte.
bool outbox_writer::append_own(std::string bytes) {
  frame x{std::move(bytes)};
  if (refused_ && is_pong(x))
    owed().keep(std::move(x));
  else
    append(x);
  return !is_full_after_write() || !is_overdue();
}

void outbox_writer::take_pong() {
  if (arrears_ && arrears_->has_pong())
    outbox_.push(arrears_->take_pong());
}

arrears& outbox_writer::owed() {
  if (!arrears_)
    arrears_ = std::make_unique<arrears>();
  return *arrears_;
}

// The client has taken something.
void outbox_writer::forgive() {
  arrears_->forget_skipped();
  if (is_full())
    return;
  arrears_->end();
  if (!arrears_->has_pong())
    arrears_.reset();
}

void outbox_writer::flush() {
  if (!refused_)
    write();
}

void outbox_writer::write() {
  if (encrypted_)
    return waiting_ ? void() : write_record(*encrypted_);
  auto socket = transport_.next_layer().native_handle();
  // Filled as far as it is needed: mostly that is one part.
  std::array<iovec, parts_per_write> parts;
  while (has_something()) {
    auto n = outbox_.gather(parts);
    auto written = gather_write(socket, std::span{parts}.first(n));
    if (written.what == write_outcome::kind::full)
      return wait_until_writable();
    if (written.what == write_outcome::kind::failed)
      return end_socket();
    count_written(written.bytes, outbox_.consume(written.bytes));
  }
  leave_stalled();
}

bool outbox_writer::has_something() {
  if (outbox_.empty())
    take_pong();
  return !outbox_.empty();
}

void outbox_writer::count_written(std::size_t bytes, std::size_t frames) {
  auto& count = flusher_->counters();
  count.writes.add();
  count.sent_bytes.add(bytes);
  count.frames.add(frames);
  if (arrears_)
    forgive();
}

// It may be refused once more while it waits: what is appended meanwhile is
// offered to the socket, too.
void outbox_writer::wait_until_writable() {
  if (!std::exchange(refused_, true))
    flusher_->stall(*this);
  if (std::exchange(waiting_, true))
    return;
  // The owner has this writer: it lives until the wait is over.
  transport_.next_layer().async_wait(stream_socket::wait_write,
                                     [this, owner = owner_.lock()](auto error) {
                                       waiting_ = false;
                                       error ? leave_stalled() : on_writable();
                                     });
}

void outbox_writer::leave_stalled() {
  if (std::exchange(refused_, false))
    unlink();
}

void outbox_writer::on_writable() {
  leave_stalled();
  take_pong();
  write();
}

// Who waits for the end need not wait any more.
void outbox_writer::end_socket() {
  boost::system::error_code ignored;
  transport_.next_layer().close(ignored);
  fall_behind(false);
  on_closed();
  if (encrypted_)
    if (auto then = std::exchange(encrypted_->then, nullptr))
      then();
}

// -- who is too slow ----------------------------------------------------------

bool outbox_writer::is_full_after_write() {
  if (!is_full())
    return false;
  write();
  if (!is_full())
    return false;
  flusher_->watch();
  // With TLS the socket may be ready for more than the lane has encrypted: then
  // the lane is late, not the client.
  fall_behind(encrypted_ && waiting_ && takes_bytes(transport_.next_layer()));
  if (!is_behind_)
    owed().begin();
  else if (arrears_)
    arrears_->end();
  return !is_behind_;
}

bool outbox_writer::is_overdue() const {
  constexpr std::chrono::milliseconds grace{750};
  return is_full() && !is_behind_
         && (weight() > 2 * most_ || (arrears_ && arrears_->time() >= grace));
}

void outbox_writer::check_backlog() {
  // Whoever takes nothing is not waiting for the lane, full or not: the lane
  // would wait for them.
  if (is_behind_ && !takes_bytes(transport_.next_layer()))
    fall_behind(false);
  auto owner = owner_.lock();
  if (owner && is_full_after_write() && is_overdue())
    owner->on_too_slow();
}

std::vector<frame> outbox_writer::drop_oldest() {
  auto result = outbox_.drop_oldest(most_ - most_ / 4);
  if (arrears_ && !is_full())
    arrears_->end();
  return result;
}

std::size_t outbox_writer::drop_room(frame::topic_number room) {
  return outbox_.drop_room(room);
}

void outbox_writer::drop_unsent() {
  outbox_.drop_unsent();
  if (!arrears_)
    return;
  arrears_->take_pong();
  arrears_->forget_skipped();
}

void outbox_writer::fall_behind(bool is_behind) {
  if (std::exchange(is_behind_, is_behind) != is_behind)
    flusher_->count_behind(is_behind ? 1 : -1);
}

// -- with TLS -----------------------------------------------------------------

void outbox_writer::write_record(encrypted& out) {
  if (!has_something())
    return on_drained(out);
  std::array<iovec, parts_per_write> parts;
  auto n = outbox_.gather(parts);
  for (auto& x : std::span{parts}.first(n)) {
    // Copied, as a record has to stay until it is written; in the outbox the
    // next drop could take it.
    auto size = std::min(x.iov_len, record_size - out.record.size());
    out.record.append(static_cast<const char*>(x.iov_base), size);
  }
  count_written(out.record.size(), outbox_.consume(out.record.size()));
  waiting_ = true;
  if (!std::exchange(refused_, true))
    flusher_->stall(*this);
  transport_.tls()->write(boost::asio::buffer(out.record),
                          [this, owner = owner_.lock()](auto error, auto) {
                            waiting_ = false;
                            on_record(error);
                          });
}

void outbox_writer::on_record(boost::system::error_code error) {
  encrypted_->record.clear();
  // Half, so that the lane does not change its mind with every record.
  if (weight() <= most_ / 2)
    fall_behind(false);
  if (!error)
    return on_writable();
  leave_stalled();
  end_socket();
}

void outbox_writer::on_drained(encrypted& out) {
  std::string{}.swap(out.record); // an idle connection keeps no buffer
  if (auto then = std::exchange(out.then, nullptr))
    transport_.tls()->close_notify(
      [then, owner = owner_.lock()](auto) { then(); });
}

// -- the end ------------------------------------------------------------------

void outbox_writer::begin_teardown(std::function<void()> then) {
  if (auto owner = owner_.lock())
    owner->on_teardown();
  if (!encrypted_) {
    flush();
    return then();
  }
  encrypted_->then = std::move(then);
  flush();
}

void outbox_writer::close() {
  if (!encrypted_)
    flush();
  if (!encrypted_ || waiting_ || encrypted_->then
      || !transport_.next_layer().is_open())
    return end_socket();
  begin_teardown([this] { end_socket(); });
}

} // namespace atrium
