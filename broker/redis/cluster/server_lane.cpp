#include "atrium/broker/redis/cluster/server_lane.hpp"

namespace atrium {

namespace {

// What is added to one write, but for one larger command.
constexpr std::size_t share = std::size_t{256} << 10;

} // namespace

server_lane::server_lane(lane_user& user, std::size_t number,
                         cluster_server server, clock_function now)
  : user_(user),
    number_(number),
    server_(std::move(server)),
    now_(std::move(now)),
    health_(now_()),
    used_(now_()) {
  // nop
}

// -- up and down --------------------------------------------------------------

std::vector<cluster_command*> server_lane::take_sent() {
  std::vector<cluster_command*> result;
  for_each_sent([&](cluster_command& x) { result.push_back(&x); });
  sent_.clear();
  in_flight_ = 0;
  health_.on_idle();
  return result;
}

void server_lane::on_up() {
  health_.on_up();
  scripts_.on_up();
  user_.on_lane_up(*this);
}

void server_lane::on_down(gap_clock::steady, std::string_view reason) {
  health_.on_down(now_());
  auto lost = take_sent();
  user_.on_lane_down(*this, lost, reason);
}

// -- writing ------------------------------------------------------------------

void server_lane::compose(std::string& out) {
  user_.gather_for(*this);
  if (health_.hangs())
    return;
  load_scripts(out);
  auto limit = out.size() + share;
  while (in_flight_ < window && out.size() < limit) {
    auto* x = user_.next_for(*this);
    if (x == nullptr)
      return;
    if (std::exchange(x->asked, nullptr) != nullptr) {
      append_command(out, {"ASKING"});
      push({});
    }
    out += x->bytes;
    in_flight_ += x->bytes.size();
    push({x, nullptr});
  }
}

// Ahead of the commands: whoever knows the script's name from before may call
// it in the same write.
void server_lane::load_scripts(std::string& out) {
  while (auto whose = scripts_.load_next()) {
    append_command(out, {"SCRIPT", "LOAD", whose->what.script});
    push({nullptr, std::move(whose)});
  }
}

void server_lane::push(entry x) {
  if (sent_.empty()) {
    used_ = now_();
    health_.on_sign(used_);
  }
  sent_.push_back(std::move(x));
}

// -- reading ------------------------------------------------------------------

std::string_view server_lane::on_reply(resp_reply reply) {
  if (sent_.empty())
    return "an answer to no command";
  auto x = std::move(sent_.front());
  sent_.pop_front();
  if (x.what != nullptr) {
    in_flight_ -= x.what->bytes.size();
    return user_.on_answer(*this, *x.what, reply);
  }
  if (x.loads == nullptr)
    return {};
  user_.on_loaded(*this, *x.loads, reply);
  return demotion_in(reply);
}

void server_lane::on_read_end() {
  if (sent_.empty()) {
    health_.on_idle();
  } else {
    used_ = now_();
    health_.on_sign(used_);
  }
  user_.on_lane_read_end(*this);
}

} // namespace atrium
