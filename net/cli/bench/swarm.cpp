#include "atrium/net/cli/bench/swarm.hpp"

#include "atrium/net/cli/bench/make_dialect.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

// From one source there are 28 000 ports to a server, but the kernel's search
// for a free one gets slow well before.
constexpr std::size_t clients_per_source = 10'000;
constexpr std::size_t other_files = 32; // epoll, standard streams, the resolver

std::string raise_file_limit(std::size_t wanted) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < wanted)
    return "not more than " + std::to_string(limit.rlim_max)
           + " files may be open at once (ulimit -n)";
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return {};
}

int close_code_of(std::string_view payload) {
  if (payload.size() < 2)
    return 1005; // none
  return static_cast<unsigned char>(payload[0]) << 8
         | static_cast<unsigned char>(payload[1]);
}

} // namespace

std::string to_string(const ending& x) {
  auto detail = std::to_string(x.detail);
  switch (x.why) {
  case ending::cause::unreachable:
    return std::system_category().message(x.detail);
  case ending::cause::refused:
    return x.detail == 0 ? "not a WebSocket server" : "HTTP status " + detail;
  case ending::cause::closed:
    return "closed by the server with code " + detail;
  case ending::cause::broken:
    return "connection lost";
  default:
    return "closed";
  }
}

swarm::swarm(const bench_options& from, swarm_listener& listener)
  : clients_(from.connections),
    dialect_(make_dialect(from.speaks)),
    listener_(listener),
    epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  for (std::size_t i = 0; i < clients_.size(); ++i)
    clients_[i].index = i;
  for (const auto& url : from.urls)
    servers_.push_back(*endpoint::parse(url)); // checked with the options
}

swarm::~swarm() {
  for (auto& who : clients_)
    reset(who);
  ::close(epoll_);
}

std::string swarm::prepare() {
  for (auto& server : servers_)
    if (auto error = server.resolve(); !error.empty())
      return error;
  return raise_file_limit(clients_.size() + other_files);
}

void swarm::open(client& who, std::size_t server, const std::string& user) {
  const auto& to = servers_[server];
  auto source = who.index / servers_.size() / clients_per_source;
  who.reader.clear();
  who.head.clear();
  who.out = upgrade_request(to.authority, dialect_->target(to.path, user));
  who.wants_out = false;
  who.fd = to.connect(source);
  if (who.fd < 0)
    return end(who, {ending::cause::unreachable, errno});
  who.is = client::state::connecting;
  watch(who, EPOLLIN | EPOLLOUT, true);
}

void swarm::send_text(client& who, std::string_view text) {
  if (who.fd < 0)
    return;
  append_frame(who.out, opcode::text, text);
  send_frame(who, {});
}

void swarm::send_frame(client& who, std::string_view bytes) {
  if (who.fd < 0)
    return;
  who.out += bytes;
  if (!who.dirty && who.is != client::state::connecting)
    dirty_.push_back(&who);
  who.dirty = who.is != client::state::connecting;
}

void swarm::close(client& who) {
  constexpr std::string_view normal{"\x03\xE8", 2};
  if (who.is != client::state::ready)
    return;
  append_frame(who.out, opcode::close, normal);
  send_frame(who, {});
  who.is = client::state::closing;
}

void swarm::reset(client& who) {
  if (who.fd < 0)
    return;
  linger at_once{1, 0}; // RST, and no port that waits in TIME_WAIT
  ::setsockopt(who.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(who.fd);
  who.fd = -1;
  who.is = client::state::idle;
  who.out.clear();
}

void swarm::turn(steady::time_point until) {
  std::array<epoll_event, 256> events;
  flush();
  auto wait = std::chrono::nanoseconds{until - steady::now()};
  wait = std::clamp<std::chrono::nanoseconds>(wait, 0ns, 100ms);
  timespec timeout{0, wait.count()};
  // epoll_wait counts in milliseconds; at 10 000 messages a second one is due
  // each 100 us.
  auto count = ::epoll_pwait2(
    epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    handle(*static_cast<client*>(event.data.ptr), event.events);
  }
}

void swarm::watch(client& who, std::uint32_t events, bool add) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &who;
  ::epoll_ctl(epoll_, add ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, who.fd, &event);
}

void swarm::flush() {
  for (std::size_t next = 0; next != dirty_.size();) { // writing may add more
    auto& who = *dirty_[next++];
    who.dirty = false;
    write(who);
  }
  dirty_.clear();
}

void swarm::write(client& who) {
  if (who.fd < 0 || who.out.empty())
    return;
  auto sent = ::send(who.fd, who.out.data(), who.out.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR)
    return; // the next read tells more
  who.out.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
  if (auto wants = !who.out.empty(); wants != who.wants_out) {
    who.wants_out = wants;
    watch(who, wants ? EPOLLIN | EPOLLOUT : EPOLLIN, false);
  }
}

void swarm::handle(client& who, std::uint32_t events) {
  if (who.fd < 0)
    return; // ended in this turn; nobody opens it before the next
  if (who.is == client::state::connecting)
    return connected(who);
  if ((events & EPOLLOUT) != 0)
    write(who);
  if ((events & ~EPOLLOUT) != 0)
    read(who);
}

void swarm::connected(client& who) {
  int error = 0;
  socklen_t size = sizeof(error);
  ::getsockopt(who.fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    return end(who, {ending::cause::unreachable, error});
  who.is = client::state::upgrading;
  who.wants_out = true; // lets write() stop watching for it
  write(who);
}

void swarm::read(client& who) {
  auto got = ::recv(who.fd, buffer_.data(), buffer_.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  auto asked = who.is == client::state::closing;
  if (got <= 0)
    return end(who, {asked ? ending::cause::finished : ending::cause::broken});
  now_ = steady::now(); // one time for all messages of the read
  std::string_view bytes{buffer_.data(), static_cast<std::size_t>(got)};
  if (who.is == client::state::upgrading)
    return read_upgrade(who, bytes);
  bytes_received_ += bytes.size();
  read_frames(who, bytes);
}

void swarm::read_upgrade(client& who, std::string_view bytes) {
  who.head += bytes;
  auto reply = read_upgrade_reply(who.head);
  if (reply.size == 0)
    return;
  if (reply.status != 101)
    return end(who, {ending::cause::refused, reply.status});
  who.is = client::state::greeting;
  if (auto text = dialect_->greeting(); !text.empty())
    send_text(who, text);
  if (!dialect_->welcomes()) {
    who.is = client::state::ready;
    listener_.ready(who, {});
  }
  auto head = std::exchange(who.head, {});
  read_frames(who, std::string_view{head}.substr(reply.size));
}

void swarm::read_frames(client& who, std::string_view bytes) {
  auto good = who.reader.feed(bytes, [&](const server_frame& x) {
    handle_frame(who, x);
    return who.fd >= 0;
  });
  if (!good)
    end(who, {ending::cause::broken});
}

void swarm::handle_frame(client& who, const server_frame& x) {
  switch (x.code) {
  case opcode::text:
    return handle_text(who, x.payload);
  case opcode::ping:
    append_frame(who.out, opcode::pong, x.payload);
    return send_frame(who, {});
  case opcode::close:
    if (who.is == client::state::closing)
      return; // the server closes the socket
    return end(who, {ending::cause::closed, close_code_of(x.payload)});
  default:
    return;
  }
}

void swarm::handle_text(client& who, std::string_view text) {
  if (!dialect_->packs_lines())
    return handle_signal(who, text);
  while (!text.empty() && who.fd >= 0) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    handle_signal(who, line);
  }
}

void swarm::handle_signal(client& who, std::string_view text) {
  switch (dialect_->classify(text)) {
  case signal::message:
    return listener_.message(who, text, now_);
  case signal::ready:
    who.is = client::state::ready;
    return listener_.ready(who, text);
  case signal::joined:
    return listener_.joined(who, text);
  case signal::left:
    return listener_.left(who);
  case signal::told:
    return listener_.told(who, text);
  case signal::failed:
    return listener_.failed(who, text);
  case signal::ping:
    return send_text(who, dialect_->pong());
  default:
    return;
  }
}

void swarm::end(client& who, const ending& how) {
  if (who.fd >= 0)
    ::close(who.fd);
  who.fd = -1;
  who.is = client::state::idle;
  who.out.clear();
  listener_.gone(who, how);
}

} // namespace atrium::bench
