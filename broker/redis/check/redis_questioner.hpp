#pragma once

#include "atrium/broker/redis/check/redis_answer.hpp"
#include "atrium/broker/redis/redis_client_config.hpp"
#include "atrium/broker/redis/redis_connector.hpp"
#include "atrium/broker/redis/resp.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace atrium {

/// Asks one server, and waits for what it says: for commands of the tool, not
/// for nodes. Blocks, never beyond its deadline, and for a few seconds at each
/// step.
class redis_questioner {
public:
  using clock = std::chrono::steady_clock;
  using question = std::vector<std::string>;

  /// What one step may take.
  static constexpr std::chrono::milliseconds patience{2'000};

  /// `at` is the address of one server, with what lets us in there.
  redis_questioner(redis_address at, std::shared_ptr<current_access> access,
                   clock::time_point deadline);

  redis_questioner(const redis_questioner&) = delete;
  redis_questioner& operator=(const redis_questioner&) = delete;

  ~redis_questioner();

  /// Connects. Returns what is wrong, or nothing.
  std::string open();

  /// Sends all of them at once, and returns as many answers.
  std::vector<redis_answer> ask(const std::vector<question>& all);

  /// Sends one.
  redis_answer ask(question one);

private:
  void read();
  void take(std::string_view bytes);
  std::string silence() const;

  boost::asio::io_context io_;
  redis_client_config config_;
  const clock::time_point deadline_;
  redis_connector connector_;
  std::optional<dial_stream> stream_; // none: not connected
  resp_reader reader_;
  std::array<char, 4096> buffer_{};
  std::string garbage_;               // where it is no RESP
  std::vector<redis_answer> answers_; // to questions, in order
  std::string ending_;                // why nothing comes any more
  bool is_over_ = false;              // nothing comes any more
};

} // namespace atrium
