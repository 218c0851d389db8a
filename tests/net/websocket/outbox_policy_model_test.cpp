#define CAF_SUITE outbox_policy_model_test

#include "caf/test/unit_test.hpp"
#include "support/outbox_writes.hpp"

#include <array>
#include <deque>
#include <random>

using namespace atrium;
using atrium::test::write;

namespace {

constexpr auto stays = outbox_policy::disconnect;
constexpr auto may_go = outbox_policy::drop_oldest;
constexpr auto latest = outbox_policy::latest_only;

frame make(const std::string& bytes, frame::topic_number room = 0, outbox_policy policy = stays) {
  return frame{bytes}.of_room(room, policy);
}

std::string text(const std::vector<frame>& frames) {
  std::string result;
  for (auto& x : frames)
    result.append(x.bytes());
  return result;
}

// What an outbox should do, done the obvious way: a list without tricks.
class model {
public:
  struct entry {
    std::string bytes;
    frame::topic_number room;
    outbox_policy policy;
    bool begun = false;
  };

  void push(entry x) {
    waiting_.push_back(std::move(x));
  }

  std::string write(std::size_t most) {
    std::string result;
    for (std::size_t frames = 0; frames < 4 && !waiting_.empty() && most > 0; ++frames) {
      auto& x = waiting_.front();
      auto n = std::min(most, x.bytes.size());
      result += x.bytes.substr(0, n);
      x.bytes.erase(0, n);
      x.begun = true;
      most -= n;
      if (!x.bytes.empty())
        break;
      waiting_.pop_front();
    }
    return result;
  }

  std::string drop_oldest(std::size_t most) {
    std::string result;
    for (auto i = waiting_.begin(); i != waiting_.end() && held() > most;) {
      if (i->begun || i->policy == stays) {
        ++i;
        continue;
      }
      result += i->bytes;
      i = waiting_.erase(i);
    }
    return result;
  }

  std::size_t drop_room(frame::topic_number room) {
    return std::erase_if(waiting_,
                         [=](auto& x) { return !x.begun && x.policy == latest && x.room == room; });
  }

  std::size_t bytes() const {
    std::size_t result = 0;
    for (auto& x : waiting_)
      result += x.bytes.size();
    return result;
  }

  std::size_t held() const {
    return bytes() + waiting_.size() * outbox::frame_overhead;
  }

private:
  std::deque<entry> waiting_;
};

} // namespace

CAF_TEST(the oldest that may go are dropped and the others stay in order) {
  outbox box;
  box.push(make("aaaa", 1, may_go));
  box.push(make("bbbb", 1, may_go));
  box.push(make("CCCC"));
  box.push(make("dddd", 2, may_go));
  box.push(make("eeee", 1, may_go));
  CAF_CHECK_EQUAL(write(box, 1), "a");
  CAF_CHECK_EQUAL(text(box.drop_oldest(11 + 3 * outbox::frame_overhead)), "bbbbdddd");
  CAF_CHECK_EQUAL(box.bytes(), 11U);
  CAF_CHECK_EQUAL(write(box, 100), "aaaCCCCeeee");
}

CAF_TEST(what may not go stays however much it is) {
  outbox box;
  box.push(make("AAAA"));
  box.push(make("BBBB"));
  CAF_CHECK(box.drop_oldest(0).empty());
  CAF_CHECK_EQUAL(box.bytes(), 8U);
}

CAF_TEST(only what has not begun to leave is replaced) {
  outbox box;
  box.push(make("a1", 1, latest));
  box.push(make("b1", 2, latest));
  CAF_CHECK_EQUAL(write(box, 1), "a");
  CAF_CHECK_EQUAL(box.drop_room(1), 0U);
  box.push(make("a2", 1, latest));
  CAF_CHECK_EQUAL(box.drop_room(1), 1U);
  box.push(make("a3", 1, latest));
  CAF_CHECK_EQUAL(write(box, 100), "1b1a3");
}

CAF_TEST(an outbox does what the model does) {
  std::mt19937 random{11};
  for (int round = 0; round < 300; ++round) {
    outbox box;
    model expected;
    for (int i = 0; i < 200; ++i) {
      auto room = random() % 3;
      switch (random() % 5) {
      case 0:
      case 1: {
        std::string bytes(random() % 9 + 1, static_cast<char>('a' + i % 26));
        auto policy = std::array{stays, may_go, latest}[room];
        box.push(make(bytes, room, policy));
        expected.push({bytes, room, policy});
        break;
      }
      case 2: {
        auto most = random() % 20;
        CAF_REQUIRE_EQUAL(write(box, most), expected.write(most));
        break;
      }
      case 3: {
        auto most = random() % 20 * outbox::frame_overhead;
        CAF_REQUIRE_EQUAL(text(box.drop_oldest(most)), expected.drop_oldest(most));
        break;
      }
      default:
        CAF_REQUIRE_EQUAL(box.drop_room(room), expected.drop_room(room));
      }
      CAF_REQUIRE_EQUAL(box.bytes(), expected.bytes());
      CAF_REQUIRE_EQUAL(box.held(), expected.held());
    }
  }
}
