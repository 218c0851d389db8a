#define CAF_SUITE reloader_test

#include "atrium/broker/log/log.hpp"
#include "atrium/net/node/reloader.hpp"

#include "support/option_probe.hpp"

#include <stdexcept>

using namespace atrium;
using namespace atrium::test;

namespace {

/// Has parts that note what they do, and keeps what is logged.
struct fixture {
  fixture() {
    log::redirect([this](std::string_view line) { logged.append(line); });
    subject.add(part("options"));
    subject.add_files("keys", part("keys"));
  }

  ~fixture() {
    log::redirect(nullptr);
  }

  reloader::part part(const std::string& name) {
    return [this, name](const options& next, std::string& error) -> reloader::take_over {
      done += name + " loads; ";
      if (name == broken)
        error = name + ": rubbish";
      if (name == throwing)
        throw std::runtime_error{name + ": thrown"};
      if (!error.empty())
        return nullptr;
      return [this, name, rooms = next.limits.rooms_per_connection] {
        done += name + " takes " + std::to_string(rooms) + "; ";
      };
    };
  }

  // Whether nothing has been taken over, and the log says why.
  bool is_refused(const std::string& why) {
    return !contains(done, "takes") && contains(logged, "node_reload_failed")
           && contains(logged, why) && !contains(logged, "option_changed")
           && !contains(logged, "node_reloaded") && current.limits.rooms_per_connection == 128;
  }

  options current;
  option_table table;
  reloader subject{current, table};
  std::string done;
  std::string broken;   // which part
  std::string throwing; // likewise
  std::string logged;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(reloader_tests, fixture)

CAF_TEST(everything is loaded before anything is taken over) {
  subject.run(parse({"--max-rooms=3"}));
  CAF_CHECK_EQUAL(done, "options loads; keys loads; options takes 3; keys takes 3; ");
  CAF_CHECK_EQUAL(current.limits.rooms_per_connection, 3U);
  CAF_CHECK(contains(logged, "option=max-rooms from=128 to=3"));
  CAF_CHECK(contains(logged, "node has read its keys anew"));
}

CAF_TEST(where no option has changed only files are read) {
  subject.run(parse({}));
  CAF_CHECK_EQUAL(done, "keys loads; keys takes 128; ");
  CAF_CHECK(!contains(logged, "option_changed"));
}

CAF_TEST(what one part cannot load no part takes over) {
  broken = "keys";
  subject.run(parse({"--max-rooms=3"}));
  CAF_CHECK(is_refused("keys: rubbish"));
  CAF_CHECK(contains(logged, "goes on with its old keys"));
}

CAF_TEST(a part that throws is one that cannot load) {
  throwing = "options";
  subject.run(parse({"--max-rooms=3"}));
  CAF_CHECK(is_refused("options: thrown"));
}

CAF_TEST(a file with a mistake changes nothing and the line is named) {
  temporary_file file{"max-rooms = 3\nmax-pending = 0\n"};
  subject.run(parse({"--config", file.path()}));
  CAF_CHECK_EQUAL(done, "");
  CAF_CHECK(is_refused(file.path() + ":2: max-pending: '0' is not a whole number"));
}

CAF_TEST(a file that is gone changes nothing) {
  subject.run(parse({"--config", "/nowhere/at.toml"}));
  CAF_CHECK(is_refused("/nowhere/at.toml: cannot read the file"));
}

CAF_TEST(options that do not go together with those that stay change nothing) {
  current.listen.host = "0.0.0.0";
  current.admission.allow_anonymous = true;
  subject.run(parse({"--max-rooms=3"}));
  CAF_CHECK(is_refused("listen: other machines can reach 0.0.0.0"));
}

CAF_TEST(what cannot be loaded is told with what needs a restart) {
  broken = "keys";
  subject.run(parse({"--max-rooms=3"}));
  CAF_CHECK(!contains(logged, "need a restart"));
  subject.run(parse({"--workers=9", "--max-rooms=3"}));
  CAF_CHECK(is_refused("options that need a restart stay as they were: workers"));
}

CAF_TEST(two rules for one pattern change nothing and the line is named) {
  temporary_file file{"max-rooms = 3\npresence = [\"a\", \"a=count\"]\n"};
  subject.run(parse({"--config", file.path()}));
  CAF_CHECK(is_refused(file.path() + ":2: presence: there are two rules for 'a'"));
}

CAF_TEST(an option that needs a restart stays and the others do not wait for it) {
  subject.run(parse({"--workers=9", "--max-rooms=3"}));
  CAF_CHECK_EQUAL(current.workers, options{}.workers);
  CAF_CHECK_EQUAL(current.limits.rooms_per_connection, 3U);
  CAF_CHECK(contains(logged, "option_needs_restart"));
  CAF_CHECK(contains(logged, "threads are made when the node starts"));
  CAF_CHECK(contains(logged, "option=workers"));
  CAF_CHECK(!contains(logged, "option=workers from"));
}

CAF_TEST_FIXTURE_SCOPE_END()
