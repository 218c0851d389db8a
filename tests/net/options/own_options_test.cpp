#define CAF_SUITE own_options_test

#include "atrium/broker/log/log.hpp"
#include "atrium/net/node/reloader.hpp"
#include "atrium/net/options/own_options.hpp"

#include "support/option_probe.hpp"

#include <stdexcept>

using namespace atrium;
using namespace atrium::test;
using namespace std::chrono_literals;

namespace {

std::string refuse_rubbish(const std::string& text) {
  if (text == "thrown")
    throw std::runtime_error{"is thrown"};
  return text == "rubbish" ? "'rubbish' is no list of prices" : "";
}

/// A program with an option of each kind, and what it is started with.
struct fixture {
  parsed_options start(const strings& flags, const variable_map& variables = {}) {
    auto got = parse(flags, variables, own.table());
    if (!got.exit_code)
      own.adopt(got.value);
    return got;
  }

  own_options own{"auction-node", "1.2"};
  own_option<std::string> prices
    = own.text("auction-prices", "FILE", "Prices, one a line.").checked(refuse_rubbish).live();
  own_option<std::uint64_t> seats
    = own.number("auction-seats", {2, 12, "seats"}, 6, "Seats at a table.");
  own_option<std::chrono::milliseconds> turn
    = own.duration("auction-turn", {1, 60, "s"}, 30s, "Time for a bid.").live();
  own_option<bool> open = own.toggle("auction-open", "Everybody may look on.").live();
  own_option<strings> houses = own.list("auction-house", "NAME", "Who sells.").live();
  own_option<std::string> base
    = own.text("auction-base", "URL", "Where bids are kept.", "local").secret().live();
};

/// The same, running: it reloads as a node does, and what it logs is kept.
struct running_fixture : fixture {
  running_fixture() {
    log::redirect([this](std::string_view line) { logged.append(line); });
  }

  ~running_fixture() {
    log::redirect(nullptr);
  }

  void reload(const strings& flags) {
    subject.run(parse(flags, {}, table));
    own.adopt(current);
  }

  option_table table = own.table();
  options current;
  reloader subject{current, table};
  std::string logged;
};

/// Whether a program that adds this is told why it cannot.
template <class Add>
bool throws(Add add, const std::string& why) {
  own_options own;
  own.toggle("auction-open", "Taken.");
  try {
    add(own);
    return false;
  } catch (const std::invalid_argument& error) {
    return contains(error.what(), why);
  }
}

} // namespace

CAF_TEST_FIXTURE_SCOPE(own_options_tests, fixture)

CAF_TEST(an option has its default before and after a start without it) {
  for (int i = 0; i < 2; ++i) {
    CAF_CHECK_EQUAL(prices.value(), "");
    CAF_CHECK_EQUAL(seats.value(), 6U);
    CAF_CHECK(turn.value() == 30s);
    CAF_CHECK(!open.value());
    CAF_CHECK(houses.value().empty());
    CAF_CHECK_EQUAL(base.value(), "local");
    check_good(start({}));
  }
}

CAF_TEST(every kind is the same by flag and variable and file) {
  temporary_file file{"auction-prices = 'p'\nauction_seats = 1_2\nauction-turn = 5\n"
                      "auction-open = true\nauction-house = [\"a\", \"b\"]\n"};
  auto by_flag = strings{"--auction-prices=p", "--auction-seats", "12", "--auction-turn=5",
                         "--auction-open",     "--auction-house", "a",  "--auction-house=b"};
  auto by_variable = variable_map{{"ATRIUM_AUCTION_PRICES", "p"},
                                  {"ATRIUM_AUCTION_SEATS", "12"},
                                  {"ATRIUM_AUCTION_TURN", "5"},
                                  {"ATRIUM_AUCTION_OPEN", "yes"},
                                  {"ATRIUM_AUCTION_HOUSE", "a, b"}};
  std::vector<std::pair<strings, variable_map>> sources
    = {{by_flag, {}}, {{}, by_variable}, {{"--config", file.path()}, {}}};
  for (auto& [flags, variables] : sources) {
    check_good(start({})); // back to the defaults
    CAF_CHECK_EQUAL(seats.value(), 6U);
    check_good(start(flags, variables));
    CAF_CHECK_EQUAL(prices.value(), "p");
    CAF_CHECK_EQUAL(seats.value(), 12U);
    CAF_CHECK(turn.value() == 5s);
    CAF_CHECK(open.value());
    CAF_CHECK(houses.value() == (strings{"a", "b"}));
  }
}

CAF_TEST(a flag wins over a variable over the file) {
  temporary_file file{"auction-seats = 2\nauction-turn = 2\nauction-house = ['f']\nlanes = 3\n"};
  variable_map variables
    = {{"ATRIUM_AUCTION_SEATS", "3"}, {"ATRIUM_AUCTION_TURN", "3"}, {"ATRIUM_CONFIG", file.path()}};
  auto got = start({"--auction-seats=4"}, variables);
  check_good(got);
  CAF_CHECK_EQUAL(seats.value(), 4U);
  CAF_CHECK(turn.value() == 3s);
  CAF_CHECK(houses.value() == strings{"f"});
  CAF_CHECK_EQUAL(got.value.lanes.count, 3U);
}

CAF_TEST(what is wrong is named as with options of every node) {
  struct row {
    strings flags;
    std::string origin, reason;
  };
  temporary_file file{"lanes = 1\nauction-seats = 13\n"};
  temporary_file typed{"auction-seats = \"6\"\n"};
  temporary_file misspelt{"\nauction_seat = 6\n"};
  for (auto& [flags, origin, reason] : std::vector<row>{
         {{"--auction-seat=3"}, "--auction-seat", "unknown option; did you mean --auction-seats?"},
         {{"--lane=3"}, "--lane", "unknown option; did you mean --lanes?"},
         {{"--auction-seats"}, "--auction-seats", "the value is missing"},
         {{"--auction-seats=13"}, "--auction-seats", "'13' is not a whole number in 2..12 seats"},
         {{"--auction-seats=3", "--auction-seats=4"}, "--auction-seats", "set more than once"},
         {{"--auction-turn=0"}, "--auction-turn", "'0' is not a whole number in 1..60 s"},
         {{"--auction-open=maybe"}, "--auction-open", "'maybe' is neither true nor false"},
         {{"--auction-house", ""}, "--auction-house", "'' is no value"},
         {{"--auction-prices=rubbish"}, "--auction-prices", "'rubbish' is no list of prices"},
         {{"--auction-prices=thrown"}, "--auction-prices", "is thrown"},
         {{"--config", file.path()}, file.path() + ":2: auction-seats", "'13' is not a whole"},
         {{"--config", typed.path()}, typed.path() + ":1: auction-seats", "without quotes"},
         {{"--config", misspelt.path()},
          misspelt.path() + ":2: auction_seat",
          "unknown key; did you mean auction-seats?"},
       })
    check_refused(start(flags), origin, reason, "auction-node");
  check_refused(start({}, {{"ATRIUM_AUCTION_SEATS", "1"}}), "ATRIUM_AUCTION_SEATS",
                "'1' is not a whole number in 2..12 seats", "auction-node");
  check_refused(start({}, {{"ATRIUM_AUCTION_SEAT", "3"}}), "ATRIUM_AUCTION_SEAT",
                "unknown variable; did you mean ATRIUM_AUCTION_SEATS?", "auction-node");
  CAF_CHECK_EQUAL(seats.value(), 6U);
}

CAF_TEST(options of a program are unknown to every other node) {
  check_refused(parse({"--auction-seats=3"}), "--auction-seats", "unknown option");
}

CAF_TEST(an empty text is none and is not checked) {
  check_good(start({"--auction-prices", ""}, {{"ATRIUM_AUCTION_PRICES", "p"}}));
  CAF_CHECK_EQUAL(prices.value(), "");
}

CAF_TEST(what has been read stays as it is while newer values come) {
  check_good(start({"--auction-prices=a"}));
  auto& first = prices.value();
  for (auto value : {"--auction-prices=b", "--auction-prices=c"})
    check_good(start({value}));
  CAF_CHECK_EQUAL(first, "a");
  CAF_CHECK_EQUAL(prices.value(), "c");
}

CAF_TEST(the help has a heading for the options of the program) {
  auto text = start({"--help"}).text;
  CAF_CHECK(contains(text, "Usage: auction-node ["));
  auto own_ones = text.substr(text.find("Options of auction-node:"));
  CAF_CHECK(contains(own_ones, "  --auction-seats N\n      Seats at a table.\n"
                               "      2..12 seats; default 6 seats; ATRIUM_AUCTION_SEATS\n"));
  CAF_CHECK(contains(own_ones, "  --auction-prices FILE\n      Prices, one a line.\n"
                               "      not set by default; ATRIUM_AUCTION_PRICES; live\n"));
  CAF_CHECK(contains(own_ones, "      1..60 s; default 30 s; ATRIUM_AUCTION_TURN; live\n"));
  CAF_CHECK(!contains(own_ones, "--lanes"));
}

CAF_TEST(the version is that of the program and that of the node) {
  auto text = start({"--version"}).text;
  auto node = parse({"--version"}).text;
  CAF_CHECK_EQUAL(text, "auction-node 1.2 (" + node.substr(0, node.size() - 1) + ")\n");
}

CAF_TEST(a program without a name is a node) {
  own_options nameless;
  nameless.number("auction-seats", {2, 12}, 6, "Seats at a table.");
  auto table = nameless.table();
  CAF_CHECK(contains(parse({"--help"}, {}, table).text, "Options of this program:\n"));
  CAF_CHECK_EQUAL(parse({"--version"}, {}, table).text, parse({"--version"}).text);
  check_refused(parse({"--auction-seats=1"}, {}, table), "--auction-seats", "in 2..12");
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST_FIXTURE_SCOPE(own_options_reload_tests, running_fixture)

CAF_TEST(a running node takes over what is live and names the rest) {
  reload({"--auction-seats=9", "--auction-turn=7", "--auction-house=a", "--max-rooms=3"});
  CAF_CHECK(turn.value() == 7s);
  CAF_CHECK(houses.value() == strings{"a"});
  CAF_CHECK_EQUAL(seats.value(), 6U);
  CAF_CHECK_EQUAL(current.limits.rooms_per_connection, 3U);
  CAF_CHECK(contains(logged, "option=auction-turn from=30 to=7"));
  CAF_CHECK(contains(logged, "option=auction-house"));
  CAF_CHECK(contains(logged, "option_needs_restart"));
  CAF_CHECK(contains(logged, "option=auction-seats because=\"the program takes it when it "));
  reload({});
  CAF_CHECK(turn.value() == 30s);
  CAF_CHECK(houses.value().empty());
}

CAF_TEST(a value that is wrong changes nothing) {
  reload({"--auction-prices=rubbish", "--auction-turn=7"});
  CAF_CHECK(turn.value() == 30s);
  CAF_CHECK(contains(logged, "node_reload_failed"));
  CAF_CHECK(contains(logged, "--auction-prices: 'rubbish' is no list of prices"));
}

CAF_TEST(the log never has a secret) {
  reload({"--auction-base=password"});
  CAF_CHECK_EQUAL(base.value(), "password");
  CAF_CHECK(contains(logged, "option=auction-base from=*** to=***"));
  CAF_CHECK(!contains(logged, "password"));
}

CAF_TEST_FIXTURE_SCOPE_END()

CAF_TEST(a name that is taken or has another form is a mistake of the program) {
  for (auto name : {"lanes", "config", "help", "version"})
    CAF_CHECK(throws([=](auto& own) { own.toggle(name, ""); },
                     "own option '" + std::string{name} + "': every node has an option"));
  CAF_CHECK(throws([](auto& own) { own.text("auction-open", "X", ""); }, "added twice"));
  for (auto name : {"", "x", "Seats", "--seats", "seats-", "auction--seats", "auction_seats",
                    "4-seats", "s\303\251ats", "a b"})
    CAF_CHECK(throws([=](auto& own) { own.toggle(name, ""); }, "as in max-rooms"));
  for (auto name : {"binary", "test-seats", "inspect-node"})
    CAF_CHECK(throws([=](auto& own) { own.toggle(name, ""); }, "is not read as an option"));
}

CAF_TEST(a default that is none of the values is a mistake of the program) {
  CAF_CHECK(throws(
    [](auto& own) {
      own.number("seats", {2, 12}, 1, "");
    },
    "default: '1' is not a whole number in 2..12"));
  CAF_CHECK(throws(
    [](auto& own) {
      own.duration("turn", {1, 60, "s"}, 1500ms, "");
    },
    "cannot be written in the unit"));
  CAF_CHECK(throws(
    [](auto& own) {
      own.duration("turn", {1, 60, "h"}, 1h, "");
    },
    "the unit of a duration is s or ms"));
  CAF_CHECK(!throws([](auto& own) { own.duration("turn", {1, 6000, "ms"}, 1500ms, ""); }, ""));
}
