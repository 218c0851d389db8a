#include "atrium/broker/redis/redis_room_owners.hpp"

#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/room_owners_script.hpp"
#include "atrium/broker/redis/script_task.hpp"
#include "atrium/broker/redis/scripts.hpp"

#include <atomic>
#include <utility>

namespace atrium {

namespace {

/// One call of one step.
class single_call final : public script_call {
public:
  /// Appends the command.
  using writer = std::function<void(std::string& out, std::string_view sha)>;

  /// Takes the answer, and returns whether it made sense.
  using reader = std::function<bool(resp_reply)>;

  single_call(writer write, reader read, std::function<void(errc)> fail)
    : write_(std::move(write)), read_(std::move(read)), fail_(std::move(fail)) {
    // nop
  }

  std::size_t append(std::string& out, std::string_view sha) override {
    write_(out, sha);
    return 1;
  }

  step take(resp_reply reply) override {
    return read_(reply) ? step::over : step::nonsense;
  }

  void fail(errc why) override {
    fail_(why);
  }

private:
  const writer write_;
  const reader read_;
  const std::function<void(errc)> fail_;
};

struct counters {
  std::atomic<bool> connected = false;
  std::atomic<std::uint64_t> found = 0;
  std::atomic<std::uint64_t> opened = 0;
  std::atomic<std::uint64_t> said = 0;
  std::atomic<std::uint64_t> fenced = 0;
  std::atomic<std::uint64_t> unknown = 0;

  /// Counts an answer about a token, as `good` if it counts.
  void count(fencing x, std::atomic<std::uint64_t>* good) {
    if (x == fencing::fenced)
      ++fenced;
    else if (x == fencing::unknown)
      ++unknown;
    else if (good != nullptr)
      ++*good;
  }
};

std::size_t size_of(const room_word& x) {
  std::size_t result = 0;
  for (auto& [name, value] : x.changes)
    result += name.size() + (value ? value->size() : 0);
  for (auto& packet : x.packets)
    result += packet.bytes->size();
  return result;
}

} // namespace

class redis_room_owners::impl final : public script_task {
public:
  impl(redis_client& client, redis_room_owners_config config)
    : script_task(client, config.patience, "room_owners_refused",
                  "Redis refuses to say who owns rooms"),
      config_(std::move(config)) {
    // nop
  }

  void find(std::string room, std::vector<std::string> candidates,
            std::function<void(found_owner)> done) {
    auto bytes = room.size();
    for (auto& x : candidates)
      bytes += x.size();
    auto call = std::make_unique<single_call>(
      [this, room = std::move(room),
       candidates = std::move(candidates)](auto& out, auto sha) {
        append_owner_find(out, about(sha, room), candidates);
      },
      [this, done](resp_reply reply) {
        auto owner = read_ownership(reply);
        if (!owner)
          return false;
        counts.found += owner->token != 0 ? 1 : 0;
        owner->token != 0 ? done({errc::none, std::move(*owner)}) : done({});
        return true;
      },
      [this, done](errc why) {
        ++counts.unknown;
        done({why});
      });
    call->bytes = bytes;
    ask(owners_, std::move(call));
  }

  void release(std::string room, std::uint64_t token,
               std::function<void(fencing)> done) {
    auto bytes = room.size();
    auto call = std::make_unique<single_call>(
      [this, room = std::move(room), token](auto& out, auto sha) {
        append_owner_release(out, about(sha, room), token);
      },
      [this, done](resp_reply reply) {
        auto owner = read_ownership(reply);
        if (!owner)
          return false;
        auto result = owner->token != 0 ? fencing::passed : fencing::fenced;
        counts.count(result, nullptr);
        done(result);
        return true;
      },
      [this, done](errc) {
        ++counts.unknown;
        done(fencing::unknown);
      });
    call->bytes = bytes;
    call->may_repeat = false;
    ask(owners_, std::move(call));
  }

  void open(const std::string& room, std::uint64_t token,
            std::chrono::seconds ttl, std::function<void(room_opening)> done) {
    auto channel = config_.names.room(room);
    auto bytes = channel.size();
    auto call = std::make_unique<single_call>(
      [channel = std::move(channel), token, ttl](auto& out, auto sha) {
        append_room_open(out, {sha, channel, token}, ttl);
      },
      [this, done](resp_reply reply) {
        auto opening = read_room_opening(reply);
        if (!opening)
          return false;
        counts.count(opening->result, &counts.opened);
        done(std::move(*opening));
        return true;
      },
      [this, done](errc) {
        ++counts.unknown;
        done({});
      });
    call->bytes = bytes;
    call->promise = state_guess;
    call->may_repeat = false;
    ask(words_, std::move(call));
  }

  void say(const std::string& room, std::uint64_t token, room_word what,
           std::function<void(fencing)> done) {
    auto channel = config_.names.room(room);
    auto bytes = channel.size() + size_of(what);
    auto call = std::make_unique<single_call>(
      [this, channel = std::move(channel), token,
       what = std::move(what)](auto& out, auto sha) {
        auto& terms = client();
        append_room_say(out,
                        {sha, channel, token, terms.incarnation(channel),
                         terms.publish_command()},
                        what);
      },
      [this, done](resp_reply reply) {
        auto result = read_room_word(reply);
        if (!result)
          return false;
        counts.count(*result, &counts.said);
        done(*result);
        return true;
      },
      [this, done](errc) {
        ++counts.unknown;
        done(fencing::unknown);
      });
    call->bytes = bytes;
    call->may_repeat = false;
    ask(words_, std::move(call));
  }

  counters counts;

private:
  // A state may be larger: this only says how many openings are under way.
  static constexpr std::size_t state_guess = std::size_t{64} << 10;

  room_owner_call about(std::string_view sha, std::string_view room) const {
    return {sha, config_.names, room, config_.lease};
  }

  void connected(bool is_up) override {
    counts.connected = is_up;
  }

  const redis_room_owners_config config_;
  line& owners_ = add_line(room_owner_script);
  line& words_ = add_line(room_word_script); // both: a room opens, then speaks
};

redis_room_owners::redis_room_owners(redis_client& client,
                                     redis_room_owners_config config)
  : impl_(std::make_unique<impl>(client, std::move(config))) {
  impl_->start();
}

redis_room_owners::~redis_room_owners() {
  impl_->stop({});
}

void redis_room_owners::find(std::string room,
                             std::vector<std::string> candidates,
                             std::function<void(found_owner)> done) {
  impl_->find(std::move(room), std::move(candidates), std::move(done));
}

void redis_room_owners::release(std::string room, std::uint64_t token,
                                std::function<void(fencing)> done) {
  impl_->release(std::move(room), token, std::move(done));
}

void redis_room_owners::open(std::string room, std::uint64_t token,
                             std::chrono::seconds ttl,
                             std::function<void(room_opening)> done) {
  impl_->open(room, token, ttl, std::move(done));
}

void redis_room_owners::say(std::string room, std::uint64_t token,
                            room_word what, std::function<void(fencing)> done) {
  impl_->say(room, token, std::move(what), std::move(done));
}

void redis_room_owners::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

room_owners_stats redis_room_owners::stats() const {
  auto& from = impl_->counts;
  room_owners_stats result;
  result.connected = from.connected;
  result.found = from.found;
  result.opened = from.opened;
  result.said = from.said;
  result.fenced = from.fenced;
  result.unknown = from.unknown;
  return result;
}

} // namespace atrium
