#define CAF_SUITE close_codes_test

#include "atrium/net/websocket/close_codes.hpp"

#include "caf/test/unit_test.hpp"

#include <string>
#include <vector>

using namespace atrium;
using namespace std::literals;
using boost::beast::websocket::error;

CAF_TEST(codes are those that may be sent) {
  for (auto x : std::vector<std::uint16_t>{1000, 1003, 1007, 1014, 3000, 4999})
    CAF_CHECK(is_close_code(x));
  for (auto x : std::vector<std::uint16_t>{0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65'535})
    CAF_CHECK(!is_close_code(x));
}

CAF_TEST(a client says why it closes or does not ) {
  using result = std::variant<std::uint16_t, error>;
  CAF_CHECK(read_close("") == result{std::uint16_t{0}});
  CAF_CHECK(read_close("\x03\xE8") == result{std::uint16_t{1000}});
  CAF_CHECK(read_close("\x0F\xA0"
                       "bye")
            == result{std::uint16_t{4000}});
  CAF_CHECK(read_close("\x03") == result{error::bad_close_size});
  CAF_CHECK(read_close("\x03\xED") == result{error::bad_close_code});
  CAF_CHECK(read_close("\x03\xE8\xFF") == result{error::bad_close_payload});
}

CAF_TEST(a mistake has a code of its own or is one of the protocol) {
  CAF_CHECK_EQUAL(close_code_of(error::bad_opcode), 1002);
  CAF_CHECK_EQUAL(close_code_of(error::bad_close_payload), 1002);
  CAF_CHECK_EQUAL(close_code_of(error::bad_frame_payload), 1007);
  CAF_CHECK_EQUAL(close_code_of(error::message_too_big), 1009);
}
