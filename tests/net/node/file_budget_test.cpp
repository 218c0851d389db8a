#define CAF_SUITE file_budget_test

#include "atrium/net/auth/auth_options.hpp"
#include "atrium/net/node/file_budget.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

CAF_TEST(clients get what is left by operators and links) {
  constexpr std::size_t open = 30;
  for (std::size_t limit : {64U, 100U, 256U, 1024U, 4096U, 1'048'576U}) {
    auto x = file_budget::share(limit, open, auth_options{});
    CAF_CHECK(x.clients > 0);
    CAF_CHECK(x.operators >= 2);
    CAF_CHECK(x.watchers >= 2);
    CAF_CHECK(x.backends >= 4 && x.backends <= 1024);
    auto others = limit - x.clients - open;
    CAF_CHECK(others >= 8);
    CAF_CHECK(x.operators + x.watchers <= others / 2);
  }
}

CAF_TEST(a backend that is asked needs sockets too) {
  auth_options from;
  auto alone = file_budget::share(4096, 30, from);
  from.mode = auth_mode::url;
  from.backend.concurrency = 100;
  CAF_CHECK_EQUAL(file_budget::share(4096, 30, from).clients, alone.clients - 100);
}

CAF_TEST(a limit that is too low leaves nothing) {
  CAF_CHECK_EQUAL(file_budget::share(32, 30, auth_options{}).clients, 0U);
  CAF_CHECK_EQUAL(file_budget::share(16, 30, auth_options{}).clients, 0U);
}
