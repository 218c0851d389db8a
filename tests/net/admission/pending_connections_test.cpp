#define CAF_SUITE pending_connections_test

#include "atrium/net/admission/pending_connections.hpp"

#include "caf/test/unit_test.hpp"

#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <vector>

using namespace atrium;

namespace {

thread_local int memory_left = -1; // allocations until one fails; less: none does

} // namespace

// Of the whole program, since a map that is out of memory cannot be had otherwise. Out of
// line, or g++ complains of a `free` where it sees a `new`.
[[gnu::noinline]] void* operator new(std::size_t size) {
  auto fails = memory_left >= 0 && memory_left-- == 0;
  if (auto* result = fails ? nullptr : std::malloc(size))
    return result;
  throw std::bad_alloc{};
}

// Or a sanitizer takes its own, and complains of who frees what.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return std::malloc(size);
}

[[gnu::noinline]] void operator delete(void* x) noexcept {
  std::free(x);
}

[[gnu::noinline]] void operator delete(void* x, std::size_t) noexcept {
  std::free(x);
}

namespace {

const auto ann = boost::asio::ip::make_address("192.0.2.1");
const auto bob = boost::asio::ip::make_address("192.0.2.2");

struct fixture {
  void open(pending_connections::bounds most) {
    subject = std::make_shared<pending_connections>(std::move(most));
  }

  /// Takes a place for a connection of this name, if there is one.
  bool enter(const std::string& name, const boost::asio::ip::address& from,
             bool is_shared = false) {
    auto place = subject->enter(from, is_shared);
    if (!place)
      return false;
    place->on_eviction([this, name] { evicted.push_back(name); });
    places[name] = std::move(place);
    return true;
  }

  std::shared_ptr<pending_connections> subject;
  std::map<std::string, std::shared_ptr<pending_connections::place>> places;
  std::vector<std::string> evicted;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(pending_connections_tests, fixture)

CAF_TEST(who has been idle for longest makes place) {
  open({3, 3});
  for (auto name : {"one", "two", "three", "four"})
    CAF_CHECK(enter(name, ann));
  CAF_CHECK_EQUAL(evicted, (std::vector<std::string>{"one"}));
  places.at("two")->busy();
  places.at("two")->idle();
  CAF_CHECK(enter("five", ann));
  CAF_CHECK_EQUAL(evicted, (std::vector<std::string>{"one", "three"}));
  CAF_CHECK_EQUAL(subject->size(), 3U);
  CAF_CHECK_EQUAL(subject->evictions(), 2U);
}

CAF_TEST(nobody goes for whom the node works) {
  open({2, 2});
  CAF_CHECK(enter("one", ann) && enter("two", bob));
  places.at("one")->busy();
  CAF_CHECK(!subject->is_full());
  places.at("two")->busy();
  CAF_CHECK(subject->is_full());
  CAF_CHECK(!enter("three", ann));
  CAF_CHECK(evicted.empty());
  places.erase("one");
  CAF_CHECK(enter("three", ann));
}

CAF_TEST(an address that has its share takes places of its own only) {
  open({10, 2});
  CAF_CHECK(enter("bob", bob));
  CAF_CHECK(enter("one", ann) && enter("two", ann) && enter("three", ann));
  CAF_CHECK_EQUAL(evicted, (std::vector<std::string>{"one"}));
  places.at("two")->busy();
  places.at("three")->busy();
  CAF_CHECK(!enter("four", ann));
  CAF_CHECK(enter("second bob", bob));
  CAF_CHECK_EQUAL(subject->size(), 4U);
}

CAF_TEST(many clients behind one proxy have no share) {
  open({10, 2});
  for (int i = 0; i < 10; ++i)
    CAF_CHECK(enter(std::to_string(i), ann, true));
  CAF_CHECK(evicted.empty());
  CAF_CHECK(enter("ten", ann, true));
  CAF_CHECK_EQUAL(evicted, (std::vector<std::string>{"0"}));
}

CAF_TEST(file descriptors are shared with those who are in) {
  std::size_t others = 8;
  pending_connections::bounds most{100, 100};
  most.sockets = 10;
  most.others = [&] { return others; };
  open(most);
  CAF_CHECK(enter("one", ann) && enter("two", ann) && enter("three", ann));
  CAF_CHECK_EQUAL(evicted, (std::vector<std::string>{"one"}));
  others = 10;
  places.at("two")->busy();
  places.at("three")->busy();
  CAF_CHECK(!enter("four", ann));
}

CAF_TEST(an evicted connection gives nothing back) {
  open({1, 1});
  CAF_CHECK(enter("one", ann) && enter("two", ann));
  places.at("one")->idle();
  places.at("one")->busy();
  places.erase("one");
  CAF_CHECK_EQUAL(subject->size(), 1U);
  places.clear();
  CAF_CHECK_EQUAL(subject->size(), 0U);
}

CAF_TEST(who is not let in for want of memory has taken nothing) {
  open({2, 1});
  int failures = 0;
  for (auto is_in = false; !is_in; ++failures) {
    memory_left = failures;
    try {
      is_in = subject->enter(ann, false) != nullptr;
    } catch (const std::bad_alloc&) {
      // nop
    }
    memory_left = -1;
    CAF_CHECK_EQUAL(subject->size(), 0U);
  }
  CAF_CHECK(failures > 2); // the place, and the share of its address
  CAF_CHECK(enter("one", ann) && enter("two", bob));
  CAF_CHECK(evicted.empty());
}

CAF_TEST_FIXTURE_SCOPE_END()
