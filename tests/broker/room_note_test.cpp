#define CAF_SUITE room_note_test

#include "atrium/broker/room_note.hpp"

#include "caf/test/unit_test.hpp"

#include <string>

using namespace atrium;

using kind = room_note::kind;

namespace {

const request_mark mark{"k3j2h1", 4, 17};

constexpr std::uint64_t last_exact = (std::uint64_t{1} << 53) - 1;

std::string packet_of(const std::string& notes) {
  return R"(0:{"type":"room_notes","token":5,"notes":[)" + notes + "]}";
}

// Whether `note` alone is a packet of one note.
bool is_sound(const std::string& note) {
  auto read = decode_notes(packet_of(note));
  return read && read->notes.size() == 1;
}

} // namespace

CAF_TEST(what is written is read again) {
  room_notes x{last_exact,
               {{kind::accepted, mark},
                {kind::published, mark, errc::none, "e-1"},
                {kind::refused, mark, errc::room_full, "no \"chair\"\n\u00fc"},
                {kind::answered, mark, errc::none, "", R"({"a": [1e999]})"},
                {kind::here, {"r", 0, 0}},
                {kind::told, {}, errc::none, "r2-7", "null"},
                {kind::restarted},
                {kind::failed, {}, errc::internal, "why"},
                {kind::gone}}};
  auto packet = encode_notes(x);
  CAF_CHECK(is_notes(packet));
  auto read = decode_notes(packet);
  CAF_REQUIRE(read);
  CAF_CHECK_EQUAL(read->token, last_exact);
  CAF_REQUIRE_EQUAL(read->notes.size(), x.notes.size());
  for (std::size_t i = 0; i < x.notes.size(); ++i) {
    auto& expected = x.notes[i];
    auto& found = read->notes[i];
    CAF_CHECK(found.what == expected.what);
    CAF_CHECK(found.to == expected.to);
    CAF_CHECK(found.code == expected.code);
    CAF_CHECK_EQUAL(found.text, expected.text);
    CAF_CHECK_EQUAL(found.data, expected.data);
  }
}

CAF_TEST(what is empty is left out) {
  CAF_CHECK_EQUAL(encode_notes({5, {{kind::accepted, mark}, {kind::gone}}}),
                  packet_of(R"({"what":"accepted","run":"k3j2h1","stream":4,"number":17},)"
                            R"({"what":"gone"})"));
  CAF_CHECK_EQUAL(encode_notes({5, {}}), packet_of(""));
  auto nothing = decode_notes(packet_of(""));
  CAF_CHECK(nothing && nothing->notes.empty());
}

CAF_TEST(all codes are read again and others are a defect) {
  for (auto i = 1; i <= static_cast<int>(errc::internal); ++i) {
    auto code = static_cast<errc>(i);
    auto read = decode_notes(encode_notes({5, {{kind::refused, mark, code}}}));
    CAF_CHECK(read && read->notes.at(0).code == code);
  }
  auto read = decode_notes(
    packet_of(R"({"what":"refused","run":"r","stream":1,"number":1,"code":"too_late"})"));
  CAF_CHECK(read && read->notes.at(0).code == errc::internal);
}

CAF_TEST(text that is not UTF - 8 does not spoil its packet) {
  auto read = decode_notes(encode_notes({5, {{kind::refused, mark, errc::room_refused, "\xff"}}}));
  CAF_CHECK(read && read->notes.at(0).text == "?");
}

CAF_TEST(data is as deep as that of a message may be) {
  auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  auto read = [&](std::size_t depth) {
    return decode_notes(encode_notes({5, {{kind::answered, mark, {}, {}, nested(depth)}}}));
  };
  auto deepest = read(255);
  CAF_CHECK(deepest && deepest->notes.at(0).data == nested(255));
  CAF_CHECK(!read(256));
}

CAF_TEST(what newer nodes add is skipped) {
  auto read = decode_notes(R"(0:{"type":"room_notes","epoch":[1],"notes":[)"
                           R"({"what":"frozen","run":7,"text":[]},{"later":{},"what":"gone"}],)"
                           R"("token":5})");
  CAF_REQUIRE(read && read->notes.size() == 1);
  CAF_CHECK(read->notes[0].what == kind::gone);
}

CAF_TEST(a note that makes no sense spoils its packet) {
  for (std::string rest : {
         R"("accepted")",
         R"("accepted","run":"r","stream":1)",
         R"("accepted","run":"r","number":1)",
         R"("accepted","run":"","stream":1,"number":1)",
         R"("accepted","run":"R","stream":1,"number":1)",
         R"("accepted","run":7,"stream":1,"number":1)",
         R"("accepted","run":"r","stream":1,"number":0)",
         R"("accepted","run":"r","stream":1,"number":1.5)",
         R"("accepted","run":"r","stream":-1,"number":1)",
         R"("accepted","run":"r","stream":9007199254740992,"number":1)",
         R"("accepted","run":"r","stream":1,"number":9007199254740992)",
         R"("published","run":"r","stream":1,"number":1)",
         R"("published","run":"r","stream":1,"number":1,"text":"a b")",
         R"("refused","run":"r","stream":1,"number":1)",
         R"("refused","run":"r","stream":1,"number":1,"code":"none")",
         R"("refused","run":"r","stream":1,"number":1,"code":7)",
         R"("refused","run":"r","stream":1,"number":1,"code":"internal","text":7)",
         R"("refused","code":"internal")",
         R"("answered","run":"r","stream":1,"number":1)",
         R"("answered","data":1)",
         R"("here","stream":1,"number":1)",
         R"("told","data":1)",
         R"("told","text":"c-1")",
         R"("told","text":"","data":1)",
         R"("gone","run":"r")",
       })
    CAF_CHECK(!decode_notes(packet_of(R"({"what":)" + rest + "}")));
  CAF_CHECK(is_sound(R"({"what":"here","run":"r","stream":1,"number":0})"));
  CAF_CHECK(is_sound(R"({"what":"accepted","run":"r","stream":0,"number":9007199254740991})"));
}

CAF_TEST(nothing is taken on trust) {
  for (std::string x : {
         R"({"type":"room_notes","notes":[]})",
         R"({"type":"room_notes","token":0,"notes":[]})",
         R"({"type":"room_notes","token":"5","notes":[]})",
         R"({"type":"room_notes","token":9007199254740992,"notes":[]})",
         R"({"type":"room_notes","token":5,"notes":{}})",
         R"({"type":"room_notes","token":5,"notes":[1]})",
         R"({"type":"room_notes","token":5,"notes":[{}]})",
         R"({"type":"room_notes","token":5,"notes":[{"what":7}]})",
         R"({"type":"room_notes","token":5,"notes":[{"what":"gone"},]})",
         R"({"type":"room_notes","token":5,"notes":[{"what":"gone"}})",
         R"({"type":"room_notes","token":5,"notes":[]},)",
         R"({"type":"room_notes","token":5,"notes":[],"type":"message"})",
       })
    CAF_CHECK(!decode_notes("0:" + x));
  CAF_CHECK(!is_sound("{\"what\":\"told\",\"text\":\"c\",\"data\":\"\xff\"}"));
  CAF_CHECK(!is_sound(R"({"what":"told","text":"c","data":{"a":}})"));
  CAF_CHECK(is_sound(R"({"what":"told","text":"c","data":{"a":1}})"));
  auto packet = encode_notes({5, {{kind::told, {}, {}, "c-1", "[1]"}}});
  for (std::size_t n = 0; n < packet.size(); ++n)
    CAF_CHECK(!decode_notes(packet.substr(0, n)));
}

CAF_TEST(messages and presence are none) {
  for (auto* x : {"", "0:", R"(0:{"type":"message"})", R"(1:{"type":"room_notes"})",
                  R"(0:{"type":"presence_event"})"}) {
    CAF_CHECK(!is_notes(x));
    CAF_CHECK(!decode_notes(x));
  }
}
