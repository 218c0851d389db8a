#include "atrium/broker/redis/subscription_tracker.hpp"

#include <utility>

namespace atrium {

bool subscription_tracker::want(std::string_view channel) {
  auto& [name, state] = *channels_.try_emplace(std::string{channel}).first;
  if (!state.wanted)
    ++wanted_;
  state.wanted = true;
  update_due(name, state);
  return state.asked && state.outstanding == 0;
}

void subscription_tracker::unwant(std::string_view channel) {
  auto i = channels_.find(channel);
  if (i == channels_.end() || !i->second.wanted)
    return;
  --wanted_;
  i->second.wanted = false;
  update_due(i->first, i->second);
  drop_if_unused(channel);
}

void subscription_tracker::compose(std::string& out) {
  command joins{true, {}};
  command leaves{false, {}};
  for (auto left = batch_size; left > 0 && !due_.empty(); --left) {
    // `name` is the key of the map: `update_due` destroys the copy in `due_`.
    auto& [name, state] = *channels_.find(due_.front());
    state.asked = state.wanted;
    ++state.outstanding;
    update_due(name, state);
    if (state.asked && state.alone)
      issue(out, {true, {name}});
    else
      (state.asked ? joins : leaves).channels.push_back(name);
  }
  issue(out, std::move(joins));
  issue(out, std::move(leaves));
}

auto subscription_tracker::on_reply(resp_reply reply) -> verdict {
  // Messages are tested first, because nearly all replies are messages.
  if (is_message(reply)) {
    events_.on_message(reply[2].text, reply[3].text);
    return verdict::ok;
  }
  // LOADING and BUSY are errors as well, but refuse no channel.
  if (is_not_ready(reply))
    return verdict::not_ready;
  if (is_error(reply))
    return on_error(reply[0].text);
  if (reply.size() != 4 || issued_.empty())
    return verdict::confused;
  return on_confirmation(reply[1].text, reply[2].text);
}

void subscription_tracker::on_lost() {
  issued_.clear();
  due_.clear();
  std::erase_if(channels_, [](auto& entry) { return !entry.second.wanted; });
  // Each state is made anew: its iterator into `due_` is invalid now.
  for (auto& [name, state] : channels_) {
    state = {.wanted = true};
    update_due(name, state);
  }
}

// Keeps in `due_` exactly the channels for which a command is due.
void subscription_tracker::update_due(const std::string& name,
                                      channel_state& state) {
  if (state.due.has_value() == (state.wanted != state.asked))
    return;
  if (state.due) {
    due_.erase(*std::exchange(state.due, std::nullopt));
    return;
  }
  state.due = due_.insert(due_.end(), name);
}

void subscription_tracker::issue(std::string& out, command cmd) {
  if (cmd.channels.empty())
    return;
  append_command_head(out, cmd.channels.size() + 1);
  append_argument(out, cmd.subscribes ? "SUBSCRIBE" : "UNSUBSCRIBE");
  for (auto& channel : cmd.channels)
    append_argument(out, channel);
  issued_.push_back(std::move(cmd));
}

// Confirmations come channel by channel, in the order of the command.
auto subscription_tracker::on_confirmation(std::string_view verb,
                                           std::string_view channel)
  -> verdict {
  auto& [subscribes, channels] = issued_.front();
  auto expected = subscribes ? "subscribe" : "unsubscribe";
  if (verb != expected || channels.front() != channel)
    return verdict::confused;
  channels.pop_front();
  if (channels.empty())
    issued_.pop_front();
  auto& state = channels_.find(channel)->second;
  state.alone = false;
  if (--state.outstanding > 0)
    return verdict::ok;
  if (state.asked && state.wanted)
    events_.on_acknowledged(channel);
  drop_if_unused(channel);
  return verdict::ok;
}

// If commands for a channel are still outstanding, one of those decides about
// it; otherwise the server does not hold it.
auto subscription_tracker::on_error(std::string_view reason) -> verdict {
  if (issued_.empty())
    return verdict::confused;
  auto cmd = std::move(issued_.front());
  issued_.pop_front();
  auto is_batch = cmd.channels.size() > 1;
  // The error of a batch does not name the refused channel, and an error of
  // UNSUBSCRIBE refuses no channel.
  auto is_final = cmd.subscribes && !is_batch;
  for (auto& channel : cmd.channels) {
    auto& [name, state] = *channels_.find(channel);
    state.alone = is_batch;
    if (--state.outstanding > 0)
      continue;
    state.asked = false;
    update_due(name, state);
    if (is_final && state.wanted)
      refuse(name, reason);
    drop_if_unused(channel);
  }
  return verdict::ok;
}

void subscription_tracker::refuse(const std::string& name,
                                  std::string_view reason) {
  auto& state = channels_.find(name)->second;
  state.wanted = false;
  --wanted_;
  update_due(name, state);
  events_.on_refused(name, reason);
}

// A channel with a command under way stays: the answer still needs its state.
void subscription_tracker::drop_if_unused(std::string_view name) {
  auto i = channels_.find(name);
  auto& state = i->second;
  if (!state.wanted && !state.asked && state.outstanding == 0)
    channels_.erase(i);
}

} // namespace atrium
