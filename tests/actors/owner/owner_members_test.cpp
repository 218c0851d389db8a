#define CAF_SUITE owner_members_test

#include "atrium/actors/owner/owner_members.hpp"

#include "caf/test/unit_test.hpp"
#include "support/saved_fields.hpp"

#include <memory>
#include <string>
#include <vector>

using namespace atrium;
using namespace atrium::test;

namespace {

using lines = std::vector<std::string>;
using fields = saved_fields::fields;

struct fixture {
  void add(const std::string& connection, const std::string& user, const std::string& info = {}) {
    member x{user, connection, nullptr};
    if (!info.empty())
      x.info = std::make_shared<const std::string>(info);
    subject.add(std::move(x), out);
  }

  /// Such as `ar-1 ann {"a":1}`.
  static lines list(const owner_members& of) {
    lines result;
    for (auto& x : of.list())
      result.push_back(x.connection + ' ' + x.user + (x.info ? ' ' + *x.info : ""));
    return result;
  }

  owner_members restored() {
    owner_members result;
    saved.take(out);
    CAF_CHECK_EQUAL(saved.restore(result), 0U);
    return result;
  }

  word_draft out;
  saved_fields saved;
  owner_members subject;
};

} // namespace

CAF_TEST_FIXTURE_SCOPE(owner_members_tests, fixture)

CAF_TEST(a member is known by its connection) {
  add("ar-1", "ann");
  add("ar-2", "ann");
  CAF_REQUIRE(subject.find("ar-1") != nullptr);
  CAF_CHECK_EQUAL(subject.find("ar-1")->user, "ann");
  CAF_CHECK(subject.find("ar-3") == nullptr);
  CAF_CHECK(subject.find("") == nullptr);
  CAF_CHECK_EQUAL(subject.size(), 2U);
}

CAF_TEST(who is removed is told and leaves no field) {
  add("ar-1", "ann", R"({"a":1})");
  saved.take(out);
  auto gone = subject.remove("ar-1", out);
  CAF_REQUIRE(gone);
  CAF_CHECK_EQUAL(gone->user, "ann");
  CAF_CHECK_EQUAL(gone->connection, "ar-1");
  CAF_CHECK_EQUAL(*gone->info, R"({"a":1})");
  saved.take(out);
  CAF_CHECK_EQUAL(saved.all(), fields{});
  CAF_CHECK(!subject.remove("ar-1", out));
  CAF_CHECK(out.is_empty());
}

CAF_TEST(members of a run are those whose connections begin with it) {
  for (auto* x : {"a-1", "ar-1", "ar-20", "arx-1", "b-1"})
    add(x, "ann");
  CAF_CHECK_EQUAL(subject.of_run("ar"), (lines{"ar-1", "ar-20"}));
  CAF_CHECK_EQUAL(subject.of_run("a"), lines{"a-1"});
  CAF_CHECK_EQUAL(subject.of_run("c"), lines{});
  CAF_CHECK_EQUAL(subject.of_run(""), lines{});
}

CAF_TEST(the next owner has the same members) {
  add("ar-1", "ann \"the first\"\n", R"({"seat": [1e999, null]})");
  add("br-1", "b\xc3\xb6"
              "b");
  add("br-2", "");
  auto next = restored();
  auto found = list(next);
  CAF_CHECK_EQUAL(found, list(subject));
  CAF_CHECK_EQUAL(found.at(0), "ar-1 ann \"the first\"\n {\"seat\": [1e999, null]}");
  CAF_CHECK(next.find("br-1")->info == nullptr);
}

CAF_TEST(a member that comes again is saved as it is now) {
  add("ar-1", "ann", "1");
  saved.take(out);
  add("ar-1", "ann", "2");
  CAF_CHECK_EQUAL(saved.take(out).size(), 1U);
  CAF_CHECK_EQUAL(list(restored()), lines{"ar-1 ann 2"});
}

CAF_TEST(fields of others are none of these and what is broken is nobody) {
  for (auto* field : {"logic", "w:ar", "a:ar.1", "e:x", "", "m"})
    CAF_CHECK(!subject.restore(field, "{}"));
  for (auto* value : {"", "[]", "{", "\"ann\""})
    CAF_CHECK(subject.restore("m:ar-1", value));
  CAF_CHECK_EQUAL(subject.size(), 0U);
  CAF_CHECK(subject.restore("m:ar-1", R"({"user":7,"more":[]})"));
  CAF_CHECK_EQUAL(list(subject), lines{"ar-1 "});
}

CAF_TEST_FIXTURE_SCOPE_END()
