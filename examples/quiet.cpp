// The smallest node with a room of its own: in `quiet:*` messages are short.

#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>

class quiet_room : public atrium::room_logic {
  atrium::decision on_message(const atrium::member&,
                              atrium::room_message& message) override {
    if (message.data.size() > 280)
      return atrium::decision::refuse("be brief");
    return atrium::decision::accept();
  }
};

int main(int argc, char** argv) {
  return atrium::run_node(argc, argv,
                          atrium::room_types{}.add<quiet_room>("quiet:*"));
}
