#include "atrium/broker/redis/check/redis_questioner.hpp"

#include "atrium/broker/redis/check/connection_flaws.hpp"
#include "atrium/broker/redis/host_locator.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

using boost::system::error_code;

// Whoever speaks first is no Redis, or does not want us; so is whoever rejects
// us after the handshake of TLS 1.3, in which the client is done first.
constexpr std::chrono::milliseconds grace{100};

constexpr std::size_t most_shown = 128;

redis_client_config config_of(redis_address at,
                              std::shared_ptr<current_access> access) {
  redis_client_config result;
  result.address = std::move(at);
  result.access = std::move(access);
  result.resolve_timeout = redis_questioner::patience;
  result.connect_timeout = redis_questioner::patience;
  result.setup_timeout = redis_questioner::patience;
  return result;
}

std::unique_ptr<redis_locator> locate(boost::asio::io_context& io,
                                      const redis_client_config& config) {
  auto& at = config.address;
  if (at.is_unix())
    return std::make_unique<path_locator>(io, at.path);
  return std::make_unique<host_locator>(io, at.hosts, config.resolve);
}

} // namespace

redis_questioner::redis_questioner(redis_address at,
                                   std::shared_ptr<current_access> access,
                                   clock::time_point deadline)
  : config_(config_of(std::move(at), std::move(access))),
    deadline_(deadline),
    connector_(io_, config_, locate(io_, config_)) {
  // nop
}

// What is under way uses this object.
redis_questioner::~redis_questioner() {
  connector_.cancel();
  if (stream_)
    stream_->reset();
  io_.restart();
  io_.poll();
}

std::string redis_questioner::open() {
  auto is_done = false;
  std::string error;
  connector_.open([&](redis_connector::outcome&& x) {
    is_done = true;
    error = x.error;
    if (error.empty())
      stream_.emplace(std::move(x.stream));
  });
  while (!is_done && io_.run_one_until(deadline_) != 0)
    ;
  connector_.cancel();
  if (!is_done)
    error = "no connection in time";
  if (!error.empty())
    return explain_connect(config_.address, error);
  read();
  auto end = std::min(deadline_, clock::now() + grace);
  io_.restart();
  while (!is_over_ && answers_.empty() && io_.run_one_until(end) != 0)
    ;
  // An error that came unasked is the answer to whatever is asked first.
  return is_over_ && answers_.empty() ? silence() : std::string{};
}

void redis_questioner::read() {
  stream_->read_some(boost::asio::buffer(buffer_),
                     [this](error_code error, std::size_t n) {
                       if (!error)
                         return take({buffer_.data(), n});
                       is_over_ = true;
                       ending_ = error.message();
                     });
}

void redis_questioner::take(std::string_view bytes) {
  auto result = reader_.feed(bytes, [this](resp_reply reply) {
    if (!is_message(reply))
      answers_.emplace_back(reply);
    return true;
  });
  if (result == resp_reader::result::broken) {
    is_over_ = true;
    garbage_ = bytes.substr(0, most_shown);
    return;
  }
  read();
}

std::string redis_questioner::silence() const {
  return explain_silence(config_.address, ending_, garbage_);
}

auto redis_questioner::ask(question one) -> redis_answer {
  auto answers = ask(std::vector<question>{std::move(one)});
  return std::move(answers.front());
}

std::vector<redis_answer>
redis_questioner::ask(const std::vector<question>& all) {
  // Kept until it is written: the stream is reset before the handler runs.
  auto out = std::make_shared<std::string>();
  for (auto& words : all) {
    append_command_head(*out, words.size());
    for (auto& x : words)
      append_argument(*out, x);
  }
  if (!is_over_) // what is wrong with writing, reading says better
    stream_->write(boost::asio::buffer(*out), [out](error_code, std::size_t) {
      // nop
    });
  auto end = std::min(deadline_, clock::now() + patience);
  io_.restart();
  while (answers_.size() < all.size() && !is_over_
         && io_.run_one_until(end) != 0)
    ;
  auto result = std::exchange(answers_, {});
  while (result.size() < all.size()) {
    result.emplace_back(silence());
    is_over_ = true; // what comes later belongs to no question
  }
  return result;
}

} // namespace atrium
