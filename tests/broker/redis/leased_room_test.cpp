#define CAF_SUITE leased_room_test

#include "atrium/broker/redis/leased_room.hpp"

#include "caf/test/unit_test.hpp"

using namespace atrium;

CAF_TEST(a room comes back as it was written) {
  for (auto mode : {presence_mode::count, presence_mode::full})
    for (std::string name : {"general", "a room with spaces", "f ", ""}) {
      auto room = read_leased_room(write_leased_room({name, mode}));
      CAF_REQUIRE(room.has_value());
      CAF_CHECK_EQUAL(room->name, name);
      CAF_CHECK(room->mode == mode);
    }
}

CAF_TEST(members look as other versions expect) {
  CAF_CHECK_EQUAL(write_leased_room({"general", presence_mode::full}), "f general");
  CAF_CHECK_EQUAL(write_leased_room({"general", presence_mode::count}), "c general");
  CAF_CHECK_EQUAL(leased_rooms_key(channel_names{"dev:atrium"}, "a1.2"),
                  "{dev:atrium:nodes}:rooms:a1.2");
}

CAF_TEST(other members are no rooms) {
  for (std::string_view text : {"", "f", "c", "fgeneral", "x general", " general"})
    CAF_CHECK(!read_leased_room(text));
}
