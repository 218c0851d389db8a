#define CAF_SUITE packet_header_test

#include "atrium/broker/packet_header.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

namespace {

constexpr std::uint64_t last_exact = (std::uint64_t{1} << 53) - 1;

std::optional<packet_header> header_of(const std::string& packet) {
  return read_header(std::string_view{packet}.substr(0, packet.find(':')));
}

} // namespace

CAF_TEST(a position is put into the header and read again) {
  CAF_CHECK_EQUAL(with_position("0:{}", {"e1", 7, 6}), "0;o=7;e=e1:{}");
  CAF_CHECK_EQUAL(with_position("0x@run:a:b", {"e1", 7, 2}), "0x@run;o=7;p=2;e=e1:a:b");
  CAF_CHECK_EQUAL(with_position("no packet", {"e1", 1, 0}), "no packet;o=1;e=e1");
  for (auto at : {packet_position{"e", 1, 0}, {"0z", last_exact, last_exact - 1}, {"e", 9, 0}}) {
    auto packet = with_position("0x@run:{}", at);
    auto header = header_of(packet);
    CAF_REQUIRE(header && header->at);
    CAF_CHECK(header->skip_sender);
    CAF_CHECK_EQUAL(header->source_run, "run");
    CAF_CHECK_EQUAL(header->at->epoch, at.epoch);
    CAF_CHECK_EQUAL(header->at->offset, at.offset);
    CAF_CHECK_EQUAL(header->at->previous, at.previous);
    std::string again;
    append_header(again, *header);
    CAF_CHECK_EQUAL(again + ":{}", packet);
  }
}

CAF_TEST(a position that no log has written is refused) {
  auto beyond = std::to_string(last_exact + 1);
  for (auto fields : {";o=7", ";e=e1", ";p=1;e=e1", ";o=0;e=e1", ";o=-1;e=e1", ";o=7x;e=e1",
                      ";o=;e=e1", ";o=7;p=7;e=e1", ";o=7;p=x;e=e1", ";o=7;e=E", ";o=7;e="})
    CAF_CHECK(!read_header(std::string{"0"} + fields));
  CAF_CHECK(!read_header("0;o=" + beyond + ";e=e1"));
  CAF_CHECK(read_header("0;o=7;other=1;e=e1"));
}

CAF_TEST(a place in an inbox is put into the header and read again) {
  CAF_CHECK_EQUAL(with_inbox("0@run:a:b", {"17-2", "0-0"}), "0@run;i=17-2;j=0-0:a:b");
  auto packet = with_inbox("0x:{}", {"1700000000000-18446744073709551615", "9-0"});
  auto header = header_of(packet);
  CAF_REQUIRE(header && header->inbox);
  CAF_CHECK_EQUAL(header->inbox->id, "1700000000000-18446744073709551615");
  CAF_CHECK_EQUAL(header->inbox->previous, "9-0");
  CAF_CHECK(!header->at);
  std::string again;
  append_header(again, *header);
  CAF_CHECK_EQUAL(again + ":{}", packet);
}

CAF_TEST(a place that no inbox has written is refused) {
  for (auto fields :
       {";i=7-0", ";j=7-0", ";i=7;j=1-0", ";i=7-;j=1-0", ";i=-7;j=1-0", ";i=7-0-1;j=1-0",
        ";i=7-0x;j=1-0", ";i=07-0;j=1-0", ";i=;j=1-0", ";i=123456789012345678901-0;j=1-0"})
    CAF_CHECK(!read_header(std::string{"0"} + fields));
  CAF_CHECK(read_header("0;i=7-0;j=0-0;other=1"));
}
