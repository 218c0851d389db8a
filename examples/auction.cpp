// A node whose rooms `auction:*` are auctions with one truth: whichever nodes
// the members are connected to, one node judges their bids. A member sells,
//   {"sell":"a vase","seconds":60}
// others bid, {"bid":50}, and everybody sees how things stand:
//   {"item":"a vase","bid":50,"by":"ann","ends_at":1700000060000}
// A bid that is too low is answered, {"too_low":40,"bid":50}, and nobody else
// sees it. Who bids in the last seconds gives all others five more. In the end:
//   {"sold":"a vase","bid":50,"by":"ann"}
// If the node dies the next one knows the bids and when the time is over.
// Try it: build/release/examples/auction --listen 127.0.0.1:8081 and a second
// one, both with the same --redis, and join `auction:1` on both.

#include <nlohmann/json.hpp>

#include <algorithm>
#include <atrium/actors/room_logic.hpp>
#include <atrium/net/run_node.hpp>
#include <chrono>
#include <cstdint>
#include <string>

using namespace std::chrono_literals;

class auction_room : public atrium::room_logic {
public:
  atrium::decision on_join(const atrium::member& who) override {
    tell(who, state());
    return atrium::decision::accept();
  }

  atrium::decision on_message(const atrium::member& from,
                              atrium::room_message& message) override {
    auto data = nlohmann::json::parse(message.data, nullptr, false);
    auto seconds = number_in(data, "seconds");
    auto bid = number_in(data, "bid");
    if (bid > 0) {
      if (item_.empty())
        return atrium::decision::refuse("nothing is for sale");
      if (bid <= bid_)
        return atrium::decision::handled(
          nlohmann::json{{"too_low", bid}, {"bid", bid_}}.dump());
      bid_ = bid;
      by_ = from.user;
      end_at(std::max(ends_at_, now() + more_time));
    } else if (seconds > 0 && seconds <= longest && has_item(data)) {
      if (!item_.empty())
        return atrium::decision::refuse(item_ + " is for sale");
      item_ = data["sell"];
      end_at(now() + std::chrono::seconds{seconds});
    } else {
      return atrium::decision::refuse(R"(say {"bid":50}, or "sell" something)");
    }
    message.data = state();
    return atrium::decision::accept();
  }

  void on_timer(const std::string&) override {
    publish(nlohmann::json{{"sold", item_}, {"bid", bid_}, {"by", by_}}.dump());
    item_ = by_ = "";
    bid_ = 0;
  }

  // What is saved, and what operators see.
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f,
                                                 auction_room& x) {
    using atrium::named;
    return f(named("item"), x.item_, named("bid"), x.bid_, named("by"), x.by_,
             named("ends_at"), x.ends_at_);
  }

private:
  static constexpr std::int64_t longest = 86'400;
  static constexpr auto more_time = 5s;

  // Zero if there is none.
  static std::int64_t number_in(const nlohmann::json& data, const char* key) {
    auto has_number
      = data.is_object() && data.contains(key) && data[key].is_number_integer();
    return has_number ? data[key].get<std::int64_t>() : 0;
  }

  static bool has_item(const nlohmann::json& data) {
    return data.contains("sell") && data["sell"].is_string()
           && !data["sell"].get_ref<const std::string&>().empty();
  }

  // The timer is replaced. It is saved, too.
  void end_at(atrium::unix_time time) {
    ends_at_ = time;
    after("end", ends_at_ - now());
  }

  std::string state() const {
    if (item_.empty())
      return R"({"item":null})";
    auto end = ends_at_.time_since_epoch().count();
    return nlohmann::json{
      {"item", item_}, {"bid", bid_}, {"by", by_}, {"ends_at", end}}
      .dump();
  }

  std::string item_; // empty: nothing is for sale
  std::int64_t bid_ = 0;
  std::string by_;
  atrium::unix_time ends_at_{};
};

int main(int argc, char** argv) {
  return atrium::run_node(
    argc, argv,
    atrium::room_types{}.add<auction_room>("auction:*", atrium::home::one));
}
