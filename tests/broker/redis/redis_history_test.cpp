#define CAF_SUITE redis_history_test

#include "caf/test/unit_test.hpp"
#include "support/history_probe.hpp"
#include "support/redis_fixture.hpp"

#include <filesystem>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

using lines = std::vector<std::string>;
using numbers = std::vector<std::uint64_t>;

constexpr history_rule many{10'000, 600s};
constexpr std::uint64_t year_2020 = 1'577'836'800'000'000; // in microseconds

// What was published to some channels at the same time as something else has
// happened: all of it is in the log, once, and in order.
class stream {
public:
  static constexpr int channels = 3;

  explicit stream(bus& on) : on_(on) {
    for (int i = 0; i < channels; ++i)
      members_.push_back(std::make_unique<bus_member>(on, name(i)));
    for (auto& x : members_)
      CAF_REQUIRE(x->is_subscribed());
    CAF_REQUIRE(is_connected(on));
  }

  // Every third id is chosen.
  void publish(int count) {
    for (int i = 0; i < count; ++i, ++sent_)
      for (int c = 0; c < channels; ++c) {
        auto id = "m" + std::to_string(sent_);
        on_.history()->append(name(c), sent_ % 3 == 0 ? chosen(id, many) : entry(id, many),
                              receipts_.make());
      }
  }

  bool is_kept() {
    auto total = static_cast<std::size_t>(sent_ * channels);
    auto good = eventually([&] { return receipts_.count(errc::none) == total; });
    CAF_CHECK_EQUAL(receipts_.count(errc::none), total);
    CAF_CHECK(receipts_.all_once());
    for (int c = 0; c < channels; ++c)
      good = is_kept(c) && good;
    return good;
  }

private:
  static std::string name(int channel) {
    return "room" + std::to_string(channel);
  }

  bool is_kept(int channel) {
    auto count = static_cast<std::size_t>(sent_);
    auto page = ask(on_, name(channel), {many, std::nullopt, 10'000, 8 << 20});
    lines expected;
    for (int i = 0; i < sent_; ++i)
      expected.push_back(packet_of("m" + std::to_string(i)));
    lines kept;
    for (auto& x : page.messages)
      kept.push_back(*x.packet);
    CAF_CHECK_EQUAL(kept.size(), count);
    auto& probe = *members_.at(static_cast<std::size_t>(channel))->probe;
    auto pushed = eventually([&] { return probe.messages().size() >= count; });
    return kept == expected && pushed && probe.messages().size() == count
           && is_gapless(probe.messages());
  }

  bus& on_;
  int sent_ = 0;
  receipt_probe receipts_;
  std::vector<std::unique_ptr<bus_member>> members_;
};

std::filesystem::path log_of(const redis_server& server) {
  return server.dir() + "/appendonlydir";
}

void copy_folder(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::remove_all(to);
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

// Kills the server, lets something happen to its files, and starts it again.
template <class F>
void restart(redis_server& server, bus& node, F&& meanwhile) {
  auto before = node.stats().reconnects;
  server.kill();
  meanwhile();
  CAF_REQUIRE(eventually([&] { return node.stats().reconnects == before + 2; }));
  server.start();
  CAF_REQUIRE(is_connected(node));
}

} // namespace

CAF_TEST(a lost link loses and doubles nothing of a stream) {
  with_redis([](redis_server& server) {
    own_bus node{quick_config(server)};
    stream subject{node};
    for (int i = 0; i < 25; ++i) {
      subject.publish(20);
      auto before = node.stats().reconnects;
      server.command({"CLIENT", "KILL", "TYPE", "normal"});
      subject.publish(2);
      CAF_REQUIRE(is_repaired(node, before));
    }
    CAF_CHECK(subject.is_kept());
  });
}

CAF_TEST(a lost script loses and doubles nothing of a stream) {
  with_redis([](redis_server& server) {
    own_bus node{quick_config(server)};
    stream subject{node};
    for (int i = 0; i < 25; ++i) {
      subject.publish(20);
      server.command({"SCRIPT", "FLUSH"});
    }
    CAF_CHECK(subject.is_kept());
    CAF_CHECK_EQUAL(node.stats().reconnects, 0u);
  });
}

CAF_TEST(an answer that was lost is not a message that comes twice) {
  with_redis([](redis_server& server) {
    auto config = quick_config(server);
    config.ping_idle = 50ms;
    config.ping_timeout = 300ms;
    config.publish_timeout = 20s;
    own_bus node{config};
    bus_member ann{node, "room"};
    CAF_REQUIRE(ann.is_subscribed());
    auto epoch = keep_all(node, "room", {"a"});
    // The server does the work and is cut off before it can say so; unless this
    // machine is so slow that it is cut off before it hears of the work.
    numbers expected{1};
    for (auto* make : {&entry, &chosen})
      for (auto known = node.history()->stats().duplicates;
           node.history()->stats().duplicates == known && expected.size() < 20;) {
        server.freeze();
        receipt_probe receipts;
        expected.push_back(expected.size() + 1);
        auto before = node.stats().reconnects;
        node.history()->append("room", make("m" + std::to_string(expected.size()), hundred),
                               receipts.make());
        CAF_REQUIRE(eventually([&] { return node.stats().reconnects > before; }));
        server.thaw();
        CAF_REQUIRE(eventually([&] { return receipts.count(errc::none) == 1; }));
        CAF_REQUIRE(is_connected(node));
      }
    CAF_CHECK(offsets(ask(node, "room", since(epoch, 0))) == expected);
    CAF_CHECK_EQUAL(node.history()->stats().duplicates, 2u);
  });
}

CAF_TEST(a server that is back with all its data has lost nothing) {
  if (!redis_server::is_installed())
    return;
  redis_server server{true};
  own_bus node{quick_config(server)};
  bus_member ann{node, "room"};
  CAF_REQUIRE(ann.is_subscribed());
  auto epoch = keep_all(node, "room", {"a", "b"});
  CAF_REQUIRE(eventually([&] { return ann.probe->messages().size() == 2; }));
  restart(server, node, [] {});
  CAF_REQUIRE(eventually([&] { return !ann.probe->gaps().empty(); })); // it is subscribed again
  CAF_CHECK(!ask(node, "room", since(epoch, 2)).is_lost);
  auto receipt = keep(node, "room", entry("c"));
  CAF_REQUIRE(receipt.at);
  CAF_CHECK_EQUAL(receipt.at->epoch, epoch);
  CAF_CHECK(receipt.at->offset > year_2020);
  CAF_CHECK(eventually([&] { return ann.probe->messages().size() == 3; }));
  CAF_CHECK(is_gapless(ann.probe->messages()));
  CAF_CHECK_EQUAL(place_of(ann.probe->messages().at(2)).previous, 2u);
  for (std::uint64_t seen : {0, 1, 2}) {
    auto page = ask(node, "room", since(epoch, seen));
    CAF_CHECK(!page.is_lost);
    CAF_REQUIRE(!page.messages.empty());
    CAF_CHECK_EQUAL(page.messages.front().previous, seen);
    CAF_CHECK_EQUAL(page.messages.back().previous, 2u);
    CAF_CHECK_EQUAL(page.messages.size(), 3 - seen);
  }
}

CAF_TEST(who has seen what a server has lost is told and nobody else) {
  if (!redis_server::is_installed())
    return;
  redis_server server{true};
  own_bus node{quick_config(server)};
  auto epoch = keep_all(node, "room", {"a", "b"});
  auto saved = server.dir() + "/saved";
  copy_folder(log_of(server), saved);
  CAF_CHECK_EQUAL(keep_all(node, "room", {"c", "d"}), epoch);
  restart(server, node, [&] { copy_folder(saved, log_of(server)); });
  CAF_CHECK(ask(node, "room", since(epoch, 3)).is_lost); // ahead
  CAF_CHECK(!ask(node, "room", since(epoch, 2)).is_lost);
  CAF_CHECK_EQUAL(keep_all(node, "room", {"e", "f"}), epoch);
  auto jumped = offsets(ask(node, "room", since(epoch, 2)));
  // Another crash loses what came after the jump, too.
  restart(server, node, [&] { copy_folder(saved, log_of(server)); });
  CAF_CHECK_EQUAL(keep_all(node, "room", {"g", "h", "i"}), epoch);
  auto page = ask(node, "room", since(epoch, 2));
  auto last = offsets(page);
  CAF_REQUIRE(jumped.size() == 2u && last.size() == 3u);
  CAF_CHECK(jumped.front() > year_2020 && last.front() > jumped.back());
  CAF_CHECK_EQUAL(page.messages.front().previous, 2u);
  for (auto seen : {std::uint64_t{3}, std::uint64_t{4}, jumped.front(), jumped.back()})
    CAF_CHECK(ask(node, "room", since(epoch, seen)).is_lost);
  CAF_CHECK(offsets(ask(node, "room", since(epoch, 1, 2))) == (numbers{2, last.front()}));
}

CAF_TEST(without the right to ask a server who it is numbers go on) {
  if (!redis_server::is_installed())
    return;
  redis_server server{true};
  server.command({"ACL", "SETUSER", "default", "-info"});
  own_bus node{quick_config(server)};
  auto epoch = keep_all(node, "room", {"a", "b"});
  restart(server, node, [] {});
  server.command({"ACL", "SETUSER", "default", "-info"});
  auto before = node.stats().reconnects;
  server.command({"CLIENT", "KILL", "TYPE", "normal"});
  CAF_REQUIRE(is_repaired(node, before));
  CAF_CHECK(keep(node, "room", entry("c")).at == (position{epoch, 3}));
}

CAF_TEST(a server without its data begins another epoch) {
  with_redis([](redis_server& server) {
    own_bus node{quick_config(server)};
    auto epoch = keep_all(node, "room", {"a", "b"});
    server.command({"FLUSHALL"});
    auto page = ask(node, "room", since(epoch, 2));
    CAF_CHECK(page.is_lost);
    CAF_CHECK(page.top.epoch != epoch);
    CAF_CHECK(keep(node, "room", entry("c")).at == (position{page.top.epoch, 1}));
  });
}
