#define CAF_SUITE plain_message_test

// Whatever an actor gets, what it does is the same with and without the short
// way of plain messages: each test runs an observed actor and one of CAF.

#include "atrium/actors/util/observed.hpp"
#include "atrium/actors/util/plain_message.hpp"

#include "caf/test/unit_test.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/after.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

/// A message of ours, which nobody knows but its receiver.
struct note {
  int number;
};

struct other_note {
  int number;
};

} // namespace

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(other_note)

using namespace atrium;
using namespace std::chrono_literals;

namespace {

using start = std::function<caf::behavior(caf::event_based_actor&)>;
using log = std::vector<std::string>;

template <class Base>
class probe final : public Base {
public:
  probe(caf::actor_config& config, start f) : Base(config), start_(std::move(f)) {
    // nop
  }

  caf::behavior make_behavior() override {
    return start_(*this);
  }

private:
  start start_;
};

struct world {
  template <class Base>
  caf::actor spawn(const start& f) {
    return system.spawn<probe<Base>>(f);
  }

  /// Waits for the end of `x`, and writes the reason down.
  void await_end(const caf::actor& x) {
    self->wait_for(x);
    self->monitor(x);
    self->receive([&](const caf::down_msg& down) { seen.push_back(system.render(down.reason)); });
  }

  /// Writes down what comes back, and what is the last to come.
  void receive_all() {
    bool more = true;
    self->receive_while(more)(
      [&](int x) { seen.push_back("number " + std::to_string(x)); },
      [&](const other_note& x) { seen.push_back("note " + std::to_string(x.number)); },
      [&](const caf::error& x) { seen.push_back(system.render(x)); },
      caf::after(300ms) >> [&] { more = false; });
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  caf::scoped_actor self{system};
  log seen;
};

using quick = observed<caf::event_based_actor>;
using usual = caf::event_based_actor;

/// Runs `test` with each kind of actor, and returns what both have written.
template <class F>
log both(F test) {
  world with;
  test(with, [&](const start& f) { return with.spawn<quick>(f); });
  world without;
  test(without, [&](const start& f) { return without.spawn<usual>(f); });
  CAF_CHECK_EQUAL(with.seen, without.seen);
  return with.seen;
}

} // namespace

CAF_TEST(one struct of ours is plain and a request for it is not) {
  caf::mailbox_element_vals<note> sent{nullptr, caf::make_message_id(), {}, note{1}};
  CAF_CHECK(is_plain(sent));
  caf::mailbox_element_vals<note> asked{nullptr, caf::make_message_id(1), {}, note{1}};
  CAF_CHECK(asked.mid.is_request());
  CAF_CHECK(!is_plain(asked));
  caf::mailbox_element_vals<int> number{nullptr, caf::make_message_id(), {}, 1};
  CAF_CHECK(!is_plain(number));
  caf::mailbox_element_vals<note, note> two{nullptr, caf::make_message_id(), {}, note{1}, note{2}};
  CAF_CHECK(!is_plain(two));
  caf::mailbox_element_vals<caf::exit_msg> exit{
    nullptr, caf::make_message_id(), {}, caf::exit_msg{{}, caf::exit_reason::kill}};
  CAF_CHECK(!is_plain(exit));
}

CAF_TEST(a handler that returns nothing answers nothing) {
  auto seen = both([](world& w, auto spawn) {
    auto x = spawn([&](caf::event_based_actor& self) {
      return caf::behavior{[&](const note& y) {
        w.seen.push_back("got " + std::to_string(y.number));
        if (y.number == 2)
          self.quit();
      }};
    });
    w.self->send(x, note{1});
    w.self->send(x, note{2});
    w.self->send(x, note{3}); // for nobody
    w.await_end(x);
    w.receive_all();
  });
  CAF_CHECK_EQUAL(seen.size(), 3u);
}

CAF_TEST(what a handler returns comes back to the sender) {
  auto seen = both([](world& w, auto spawn) {
    auto x = spawn([&](caf::event_based_actor&) {
      return caf::behavior{
        [](const note& y) { return y.number; },
        [](other_note& y) -> caf::result<other_note> {
          if (++y.number > 10)
            return caf::sec::invalid_argument;
          return y;
        },
      };
    });
    w.self->send(x, note{1});
    w.receive_all();
    w.self->send(x, other_note{5});
    w.receive_all();
    w.self->send(x, other_note{10});
    w.receive_all();
    caf::anon_send(x, note{2}); // to nobody
    w.self->request(x, caf::infinite, note{7})
      .receive([&](int y) { w.seen.push_back("answer " + std::to_string(y)); },
               [&](const caf::error&) { w.seen.push_back("error"); });
    w.receive_all();
    caf::anon_send_exit(x, caf::exit_reason::kill);
    w.await_end(x);
  });
  CAF_CHECK_EQUAL(seen.size(), 5u);
}

CAF_TEST(a shared message stays as it is) {
  both([](world& w, auto spawn) {
    auto f = [&](caf::event_based_actor&) {
      return caf::behavior{[&](note& y) { w.seen.push_back(std::to_string(y.number++)); }};
    };
    auto x = spawn(f);
    auto all = caf::make_message(note{1});
    w.self->send(x, all);
    w.self->send(x, all);
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
    w.await_end(x);
    w.seen.push_back(std::to_string(all.get_as<note>(0).number));
  });
}

CAF_TEST(an exception ends the actor) {
  both([](world& w, auto spawn) {
    auto x = spawn([&](caf::event_based_actor& self) {
      self.set_exception_handler([&](caf::scheduled_actor*, std::exception_ptr&) -> caf::error {
        w.seen.emplace_back("exception");
        return caf::sec::bad_function_call;
      });
      return caf::behavior{[](const note&) { throw std::runtime_error{"on purpose"}; }};
    });
    w.self->send(x, note{1});
    w.await_end(x);
  });
}

CAF_TEST(a message without a handler is for the default handler) {
  auto seen = both([](world& w, auto spawn) {
    auto x = spawn([&](caf::event_based_actor& self) {
      self.set_default_handler(
        [&](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
          w.seen.emplace_back("default");
          return caf::sec::unexpected_message;
        });
      return caf::behavior{[&](const other_note&) { self.quit(); }};
    });
    w.self->send(x, note{1});
    w.self->send(x, other_note{1});
    w.await_end(x);
    w.receive_all();
  });
  CAF_CHECK_EQUAL(seen.size(), 3u);
}

CAF_TEST(a skipped message comes again for the next behaviour) {
  both([](world& w, auto spawn) {
    auto x = spawn([&](caf::event_based_actor& self) {
      return caf::behavior{
        [](const note&) { return caf::skip(); },
        [&](const other_note& y) {
          w.seen.push_back("other " + std::to_string(y.number));
          self.become([&](const note& z) {
            w.seen.push_back("note " + std::to_string(z.number));
            self.quit();
          });
        },
      };
    });
    w.self->send(x, note{1});
    w.self->send(x, other_note{2});
    w.await_end(x);
  });
}

CAF_TEST(a timeout comes when nothing else does) {
  auto seen = both([](world& w, auto spawn) {
    auto x = spawn([&](caf::event_based_actor& self) {
      return caf::behavior{[&](const note&) {
        w.seen.emplace_back("note");
        auto idle = caf::after(100ms) >> [&] {
          w.seen.emplace_back("timeout");
          self.quit();
        };
        self.become([&](const other_note&) { w.seen.emplace_back("other"); }, idle);
      }};
    });
    w.self->send(x, note{1});
    w.self->send(x, other_note{1});
    w.await_end(x);
  });
  CAF_CHECK_EQUAL(seen.size(), 4u);
}

CAF_TEST(messages wait for an answer that is awaited) {
  auto seen = both([](world& w, auto spawn) {
    auto server = spawn([](caf::event_based_actor& self) {
      return caf::behavior{[&](const other_note& y) {
        self.quit();
        return y.number + 1;
      }};
    });
    auto x = spawn([&](caf::event_based_actor& self) {
      return caf::behavior{
        [&](int) {
          self.request(server, caf::infinite, other_note{1}).await([&](int z) {
            w.seen.push_back("answer " + std::to_string(z));
          });
        },
        [&](const note&) {
          w.seen.emplace_back("note");
          self.quit();
        },
      };
    });
    w.self->send(x, 1);
    w.self->send(x, note{1});
    w.await_end(x);
  });
  CAF_CHECK_EQUAL(seen.front(), "answer 2");
}
