#include "support/lone_node.hpp"

#include "support/lane_calls.hpp"
#include "support/socket_calls.hpp"

#include <array>
#include <stdexcept>

namespace atrium::test {

namespace {

void check(bool good, const char* what) {
  if (!good)
    throw std::runtime_error(what);
}

options of_lanes(std::size_t count, const redis_server& redis) {
  options result;
  result.listen.port = 0;
  result.log.level = log::level::warn;
  result.lanes.count = count;
  result.admission.max_connections = 1'000;
  result.bus.redis = redis.place().addresses;
  return result;
}

} // namespace

costs costs_of(const std::function<void()>& once) {
  for (std::size_t i = 0; i < 20; ++i) // fills what is kept for later
    once();
  constexpr std::size_t count = 200;
  lane_calls::reset();
  socket_calls::writes = 0;
  for (std::size_t i = 0; i < count; ++i)
    once();
  auto each = [](std::size_t x) { return static_cast<double>(x) / count; };
  return {each(socket_calls::writes), each(lane_calls::waits), each(lane_calls::rearms),
          each(lane_calls::wakes), each(lane_calls::allocations)};
}

std::string thread_name(pthread_t thread) {
  std::array<char, 16> name{};
  ::pthread_getname_np(thread, name.data(), name.size());
  return name.data();
}

lone_node::lone_node(std::size_t lanes) : node_(of_lanes(lanes, redis_), {}) {
  auto error = node_.start();
  check(error.empty(), error.c_str());
  watch(0);
}

lone_node::~lone_node() {
  lane_calls::watched = 0;
}

plain_client lone_node::connect(std::size_t lane, const std::string& user) {
  const auto name = "atrium-lane-" + std::to_string(lane);
  for (;;) {
    plain_client next{port(), user};
    ask(next, R"({"type":"ping","id":1})", "pong");
    auto writer = socket_calls::last_writer.load(); // somebody else's, now and then
    if (thread_name(writer) != name)
      continue;
    lanes_[lane] = writer;
    return next;
  }
}

void lone_node::watch(std::size_t lane) {
  lane_calls::watched = 0;
  connect(lane, "probe");
  lane_calls::watched = lanes_.at(lane);
}

void lone_node::fill_room(std::size_t size, std::size_t lane) {
  while (members_.size() < size) {
    members_.push_back(connect(lane, "user" + std::to_string(members_.size())));
    ask(members_.back(), R"({"type":"join","id":1,"room":"r"})", "joined");
  }
}

costs lone_node::of_a_publish() {
  const auto frame
    = plain_client::frame_of(R"({"type":"publish","id":7,"room":"r","data":"hello"})");
  return costs_of([&] {
    send_once(members_.front(), frame);
    for (std::size_t i = 1; i < members_.size(); ++i)
      members_[i].receive();
  });
}

void lone_node::ask(plain_client& from, std::string_view request, std::string_view answer) {
  from.send(plain_client::frame_of(request));
  check(from.receive().find(answer) != std::string_view::npos, "another answer");
}

void lone_node::send_once(plain_client& from, const std::string& frame) {
  from.send(frame);
  for (std::size_t left = 2; left > 0; --left)
    check(from.receive().find(R"("error")") == std::string_view::npos, "an error");
}

} // namespace atrium::test
