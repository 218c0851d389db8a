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

CAF_TEST(the word of an owner is written and read again) {
  packet_word said;
  said.token = last_exact;
  auto text_of = [&] {
    packet_header x{true, "run"};
    x.word = said;
    std::string text;
    append_header(text, x);
    return text;
  };
  CAF_CHECK_EQUAL(text_of(), "0x@run;t=9007199254740991");
  said.run = "k3j2h1";
  said.stream = 4;
  said.number = 17;
  auto whole = text_of();
  CAF_CHECK_EQUAL(whole, "0x@run;t=9007199254740991;a=k3j2h1.4.17");
  auto header = read_header(whole);
  CAF_REQUIRE(header && header->word);
  CAF_CHECK(header->skip_sender && !header->at && !header->inbox);
  CAF_CHECK_EQUAL(header->word->token, last_exact);
  CAF_CHECK_EQUAL(header->word->run, "k3j2h1");
  CAF_CHECK_EQUAL(header->word->stream, 4u);
  CAF_CHECK_EQUAL(header->word->number, 17u);
}

CAF_TEST(a word may have a position) {
  for (std::string head : {"0;t=5", "0x@run;t=5;a=k3j2h1.0.17"}) {
    auto packet = with_position(head + ":{}", {"e1", 7, 2});
    CAF_CHECK_EQUAL(packet, head + ";o=7;p=2;e=e1:{}");
    auto header = header_of(packet);
    CAF_REQUIRE(header && header->at && header->word);
    CAF_CHECK_EQUAL(header->at->offset, 7u);
    CAF_CHECK_EQUAL(header->word->token, 5u);
    std::string again;
    append_header(again, *header);
    CAF_CHECK_EQUAL(again + ":{}", packet);
  }
  CAF_CHECK(!read_header("0")->word);
}

CAF_TEST(a word that no owner has said is refused) {
  auto beyond = std::to_string(last_exact + 1);
  for (std::string fields :
       {";a=r.1.2", ";t=0", ";t=x", ";t=-5", ";t=5;a=r", ";t=5;a=r.1", ";t=5;a=r.1.", ";t=5;a=r..2",
        ";t=5;a=.1.2", ";t=5;a=r.1.2.3", ";t=5;a=r.1.2.", ";t=5;a=R.1.2", ";t=5;a=r.x.2",
        ";t=5;a=r.1.x", ";t=5;a=r.1.0", ";t=;a=r.1.2"})
    CAF_CHECK(!read_header("0" + fields));
  CAF_CHECK(!read_header("0;t=" + beyond));
  CAF_CHECK(!read_header("0;t=5;a=r.1." + beyond));
  CAF_CHECK(!read_header("0;t=5;a=r." + beyond + ".1"));
  CAF_CHECK(!read_header("0;t=5;a=" + std::string(33, 'r') + ".1.2"));
  CAF_CHECK(read_header("0;a=r.1.2;other=1;t=5"));
}

CAF_TEST(the longest header that nodes write is not too long) {
  std::string name(32, 'r');
  packet_header x{true, name};
  x.word = packet_word{last_exact, name, last_exact, last_exact};
  x.at = packet_position{name, last_exact, 0};
  std::string text;
  append_header(text, x);
  CAF_CHECK(read_header(text));
}
