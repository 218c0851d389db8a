#define CAF_SUITE redis_task_test

#include "atrium/broker/redis/redis_client.hpp"
#include "atrium/broker/redis/redis_task.hpp"

#include "caf/test/unit_test.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <string>
#include <vector>

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using lines = std::vector<std::string>;

/// Writes down what it is told. Touched only by the thread that runs the context, which is that
/// of the test.
class diary final : public redis_task {
public:
  explicit diary(redis_client& client) : redis_task(client) {
    // nop
  }

  /// The answer to a command of its own arrives.
  void answer() {
    --in_flight;
    on_read_end();
  }

  void go_on_now() {
    go_on();
  }

  lines take() {
    return std::exchange(told, {});
  }

  std::size_t in_flight = 0;
  clock::time_point next = clock::time_point::max();
  lines told;
  std::size_t published = 0;

private:
  clock::time_point work(clock::time_point) override {
    told.emplace_back("work");
    return std::exchange(next, clock::time_point::max());
  }
  void on_stop() override {
    told.emplace_back("stop");
  }
  bool is_settled() const override {
    return in_flight == 0;
  }
  void on_end(clock::time_point) override {
    told.emplace_back("end");
  }
  void publish_stats() override {
    ++published;
  }
  void on_up() override {
    // nop
  }
  void on_lost() override {
    // nop
  }
  void compose(std::string&, std::size_t) override {
    // nop
  }
  std::size_t unanswered() const override {
    return in_flight;
  }
  std::string_view on_reply(resp_reply) override {
    return {};
  }
};

/// A client without a connection, and a task that has been started.
struct fixture {
  fixture() {
    task.start({{}, "task_refused", "the task is refused"});
    io.poll();
    task.take();
  }

  ~fixture() {
    if (!stopped.valid())
      stop(0ms);
    end();
  }

  // Stops the task from another thread, which waits; returns when the task has heard of it.
  void stop(std::chrono::milliseconds patience) {
    stopped = std::async(std::launch::async, [=, this] { task.stop(patience); });
    while (std::ranges::count(task.told, "stop") == 0)
      io.run_one();
  }

  bool is_stopped() const {
    return stopped.wait_for(0s) == std::future_status::ready;
  }

  // Lets `stop` return.
  void end() {
    io.restart();
    while (!is_stopped())
      io.poll();
  }

  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
  const std::unique_ptr<redis_client> made = make_redis_client(io, {});
  redis_client& client = *made;
  diary task{client};
  std::future<void> stopped;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(redis_task_tests, fixture)

CAF_TEST(works when something is due and when something has happened) {
  task.go_on_now();
  CAF_CHECK_EQUAL(task.take(), lines{"work"});
  task.next = diary::clock::now() + 1ms;
  task.go_on_now();
  task.take();
  while (task.told.empty())
    io.run_one();
  io.poll();
  CAF_CHECK_EQUAL(task.take(), lines{"work"});
  ++task.in_flight;
  task.published = 0;
  task.answer();
  CAF_CHECK_EQUAL(task.published, 1U); // at once
  CAF_CHECK(task.told.empty());        // not from the call of the client
  io.poll();
  CAF_CHECK_EQUAL(task.take(), lines{"work"});
}

CAF_TEST(a stop ends at once when nothing is under way) {
  stop(1h);
  CAF_CHECK_EQUAL(task.take(), (lines{"stop", "work", "end"}));
  end();
}

CAF_TEST(a stop waits for the answer to a call in flight) {
  task.in_flight = 2;
  stop(1h);
  task.answer();
  io.poll();
  CAF_CHECK_EQUAL(task.take(), (lines{"stop", "work", "work"}));
  CAF_CHECK(!is_stopped());
  task.answer();
  io.poll();
  CAF_CHECK_EQUAL(task.take(), (lines{"work", "end"}));
  end();
}

CAF_TEST(a stop waits for no answer longer than its patience) {
  task.in_flight = 1;
  stop(1ms);
  while (task.told.back() != "end")
    io.run_one();
  auto told = task.take();
  CAF_CHECK_EQUAL(told.back(), "end");
  end();
}

CAF_TEST(a second stop returns at once and tells nobody) {
  task.in_flight = 1;
  stop(1h);
  task.take();
  task.stop(0ms); // would hang if it waited: this thread runs the context
  io.poll();
  CAF_CHECK(task.told.empty());
  CAF_CHECK(!is_stopped());
  task.answer();
  end();
  CAF_CHECK_EQUAL(task.take(), (lines{"work", "end"}));
  task.stop(0ms);
}

CAF_TEST(nothing is done after the end) {
  stop(0ms);
  end();
  task.take();
  task.published = 0;
  task.go_on_now();
  task.in_flight = 1;
  io.poll();
  CAF_CHECK(task.told.empty());
  CAF_CHECK_EQUAL(task.published, 0U);
}

CAF_TEST_FIXTURE_SCOPE_END()
