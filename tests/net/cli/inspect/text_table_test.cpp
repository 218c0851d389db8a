#define CAF_SUITE text_table_test

#include "atrium/net/cli/inspect/terminal_text.hpp"
#include "atrium/net/cli/inspect/text_table.hpp"

#include <caf/test/unit_test.hpp>

using namespace atrium::tool;

namespace {

using strings = std::vector<std::string>;

/// Returns its only row.
std::string row_of(const text_table& table) {
  return table.lines(0).at(1);
}

text_table sample() {
  text_table result{{{"room"}, {"members", true}, {"user"}}};
  result.add({"lobby", "5", "ann"});
  result.add({"日本", "1200", "bob"});
  return result;
}

} // namespace

CAF_TEST(columns_are_aligned_by_width_and_numbers_to_the_right) {
  CAF_CHECK_EQUAL(sample().lines(0),
                  strings({"ROOM   MEMBERS  USER", "lobby        5  ann", "日本      1200  bob"}));
}

CAF_TEST(a_table_without_rows_has_its_heading) {
  text_table table{{{"room"}}};
  CAF_CHECK(table.empty());
  CAF_CHECK_EQUAL(table.lines(0), strings{"ROOM"});
}

CAF_TEST(the_widest_text_is_cut_and_numbers_are_not) {
  text_table table{{{"room"}, {"members", true}, {"user"}}};
  table.add({std::string(40, 'r'), "123456789", "ann"});
  auto got = table.lines(30);
  CAF_CHECK_EQUAL(got[1], "rrrrrrrrrrrr…  123456789  ann");
  for (auto& line : got)
    CAF_CHECK(display_width(line) <= 30U);
}

CAF_TEST(no_line_is_wider_than_the_narrowest_terminal) {
  for (std::size_t width = 1; width < 40; ++width)
    for (auto& line : sample().lines(width))
      CAF_CHECK(display_width(line) <= width);
}

CAF_TEST(hostile_cells_cannot_leave_their_column) {
  text_table table{{{"room"}, {"user"}}};
  table.add({"a\nb\x1b[31m", "ann"});
  CAF_CHECK_EQUAL(row_of(table), "a\\x0ab\\x1b[31m  ann");
}

CAF_TEST(missing_cells_are_empty) {
  text_table table{{{"room"}, {"user"}}};
  table.add({"lobby"});
  CAF_CHECK_EQUAL(row_of(table), "lobby");
}
