#include "atrium/broker/redis/subscription_tracker.hpp"

#include "atrium/broker/redis/cluster/key_slot.hpp"
#include "atrium/broker/redis/cluster/redirect.hpp"

#include <utility>
#include <vector>

namespace atrium {

bool subscription_tracker::want(std::string_view channel) {
  auto& [name, state] = *channels_.try_emplace(std::string{channel}).first;
  state.name = name;
  if (!std::exchange(state.wanted, true))
    ++wanted_;
  update_due(state);
  return state.asked && state.outstanding == 0;
}

void subscription_tracker::unwant(std::string_view channel) {
  auto i = channels_.find(channel);
  if (i == channels_.end() || !std::exchange(i->second.wanted, false))
    return;
  --wanted_;
  update_due(i->second);
  drop_if_unused(i->second);
}

void subscription_tracker::compose(std::string& out) {
  std::vector<channel_state*> joins;
  std::vector<channel_state*> leaves;
  for (auto left = batch_size; left > 0 && !due_.empty(); --left) {
    auto* channel = &due_.front();
    channel->asked = channel->wanted;
    ++channel->outstanding;
    update_due(*channel);
    if (how_ == kind::sharded || (channel->asked && channel->alone))
      issue(out, channel->asked, {&channel, 1});
    else
      (channel->asked ? joins : leaves).push_back(channel);
  }
  issue(out, true, joins);
  issue(out, false, leaves);
}

auto subscription_tracker::on_reply(resp_reply reply) -> verdict {
  // Messages are tested first, because nearly all replies are messages.
  if (is_message(reply)) {
    events_.on_message(reply[2].text, reply[3].text);
    return verdict::ok;
  }
  // LOADING and BUSY are errors as well, but refuse no channel. Of a cluster
  // the other slots go on.
  if (is_not_ready(reply) && !reply[0].text.starts_with("CLUSTERDOWN"))
    return verdict::not_ready;
  if (is_error(reply))
    return on_error(reply[0].text);
  if (!is_push(reply))
    return verdict::confused;
  return on_confirmation(reply[1].text, reply[2].text);
}

void subscription_tracker::on_lost() {
  issued_.clear();
  due_.clear();
  std::erase_if(channels_, [](auto& entry) { return !entry.second.wanted; });
  for (auto& [name, state] : channels_) {
    state.asked = false;
    state.alone = false;
    state.outstanding = 0;
    update_due(state);
  }
}

// Keeps in `due_` exactly the channels for which a command is due.
void subscription_tracker::update_due(channel_state& channel) {
  if (channel.is_linked() == (channel.wanted != channel.asked))
    return;
  if (channel.is_linked())
    channel.unlink();
  else
    due_.push_back(channel);
}

void subscription_tracker::issue(std::string& out, bool subscribes,
                                 std::span<channel_state* const> channels) {
  if (channels.empty())
    return;
  append_command_head(out, channels.size() + 1);
  if (how_ == kind::sharded)
    append_argument(out, subscribes ? "SSUBSCRIBE" : "SUNSUBSCRIBE");
  else
    append_argument(out, subscribes ? "SUBSCRIBE" : "UNSUBSCRIBE");
  for (auto* channel : channels) {
    append_argument(out, channel->name);
    issued_.push_back({channel, subscribes, channel == channels.back()});
  }
}

// Confirmations come channel by channel, in the order of the command.
auto subscription_tracker::on_confirmation(std::string_view verb,
                                           std::string_view channel)
  -> verdict {
  if (how_ == kind::sharded && verb.starts_with('s'))
    verb.remove_prefix(1);
  auto is_next
    = !issued_.empty() && issued_.front().channel->name == channel
      && verb == (issued_.front().subscribes ? "subscribe" : "unsubscribe");
  if (!is_next && how_ == kind::sharded && verb == "unsubscribe") {
    // Nobody has asked: the slot has gone to another server.
    if (auto i = channels_.find(channel); i != channels_.end()) {
      give_away(i->second, {});
      drop_if_unused(i->second);
    }
    return verdict::ok;
  }
  if (!is_next)
    return verdict::confused;
  auto& state = *issued_.front().channel;
  issued_.pop_front();
  state.alone = false;
  if (--state.outstanding > 0)
    return verdict::ok;
  if (state.asked && state.wanted)
    events_.on_acknowledged(channel);
  drop_if_unused(state);
  return verdict::ok;
}

// If commands for a channel are still outstanding, one of those decides about
// it; otherwise the server does not hold it.
auto subscription_tracker::on_error(std::string_view reason) -> verdict {
  if (how_ == kind::sharded && is_late(reason))
    return verdict::ok;
  if (issued_.empty())
    return verdict::confused;
  auto is_batch = !issued_.front().is_last;
  // The error of a batch does not name the refused channel, and an error of
  // UNSUBSCRIBE refuses no channel.
  auto is_final = issued_.front().subscribes && !is_batch;
  for (auto is_last = false; !is_last;) {
    auto& state = *issued_.front().channel;
    is_last = issued_.front().is_last;
    issued_.pop_front();
    state.alone = is_batch;
    if (--state.outstanding > 0)
      continue;
    state.asked = false;
    update_due(state);
    if (is_final && state.wanted && reason.starts_with("MOVED "))
      give_away(state, reason);
    else if (is_final && state.wanted)
      refuse(state, reason);
    drop_if_unused(state);
  }
  return verdict::ok;
}

// The slot has gone while its channel was being unsubscribed: what the server
// said unasked was taken for the answer, and this is the answer.
bool subscription_tracker::is_late(std::string_view reason) const {
  resp_node error{resp_type::error, 0, reason};
  auto moved = read_redirect({&error, 1});
  return moved
         && (issued_.empty()
             || key_slot(issued_.front().channel->name) != moved->slot);
}

// What is still under way for the channel decides nothing any more.
void subscription_tracker::give_away(channel_state& channel,
                                     std::string_view where) {
  auto was_wanted = std::exchange(channel.wanted, false);
  channel.asked = false;
  update_due(channel);
  if (!was_wanted)
    return;
  --wanted_;
  events_.on_given_away(channel.name, where);
}

void subscription_tracker::refuse(channel_state& channel,
                                  std::string_view reason) {
  channel.wanted = false;
  --wanted_;
  update_due(channel);
  events_.on_refused(channel.name, reason);
}

// A channel with a command under way stays: the answer still needs its state.
void subscription_tracker::drop_if_unused(const channel_state& channel) {
  if (!channel.wanted && !channel.asked && channel.outstanding == 0)
    channels_.erase(channels_.find(channel.name));
}

} // namespace atrium
