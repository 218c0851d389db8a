#include "support/scripted_sentinel.hpp"

#include "atrium/broker/redis/resp.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace atrium::test {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

} // namespace

struct scripted_sentinel::session {
  explicit session(tcp::socket x) : socket(std::move(x)) {
    // nop
  }

  void read(scripted_sentinel& owner, const std::shared_ptr<session>& me) {
    socket.async_read_some(boost::asio::buffer(in), [&owner, me](error_code ec, std::size_t size) {
      if (ec || !me->socket.is_open())
        return;
      std::string out;
      me->reader.feed({me->in.data(), size}, [&](resp_reply command) {
        std::vector<std::string> words;
        for (auto& x : command.subspan(1))
          words.emplace_back(x.text);
        out += owner.reply_to(*me, words);
        return true;
      });
      me->write(out);
      me->read(owner, me);
    });
  }

  void write(const std::string& bytes) {
    error_code ignored;
    boost::asio::write(socket, boost::asio::buffer(bytes), ignored);
  }

  void close() {
    error_code ignored;
    socket.close(ignored);
    listens = false;
  }

  tcp::socket socket;
  resp_reader reader;
  std::array<char, 4096> in;
  bool listens = false;
};

scripted_sentinel::scripted_sentinel(boost::asio::io_context& io)
  : acceptor_(io, tcp::endpoint{boost::asio::ip::address_v4::loopback(), 0}),
    at_(acceptor_.local_endpoint()) {
  accept();
}

scripted_sentinel::~scripted_sentinel() {
  close();
}

redis_host scripted_sentinel::host() const {
  return {"127.0.0.1", at_.port()};
}

void scripted_sentinel::announce(std::uint16_t from, std::uint16_t to, std::string_view name) {
  std::string text{name};
  for (auto port : {from, to})
    text += " 127.0.0.1 " + std::to_string(port);
  std::string bytes;
  append_command(bytes, {"message", "+switch-master", text});
  for (auto& x : sessions_)
    if (x->listens)
      x->write(bytes);
}

void scripted_sentinel::cut_listeners() {
  for (auto& x : sessions_)
    if (x->listens)
      x->close();
}

void scripted_sentinel::close() {
  error_code ignored;
  acceptor_.close(ignored);
  for (auto& x : sessions_)
    x->close();
}

std::size_t scripted_sentinel::listeners() const noexcept {
  return static_cast<std::size_t>(
    std::ranges::count_if(sessions_, [](auto& x) { return x->listens; }));
}

void scripted_sentinel::accept() {
  acceptor_.async_accept([this](error_code ec, tcp::socket x) {
    if (ec)
      return;
    sessions_.push_back(std::make_shared<session>(std::move(x)));
    sessions_.back()->read(*this, sessions_.back());
    accept();
  });
}

std::string scripted_sentinel::reply_to(session& who, const std::vector<std::string>& words) {
  for (auto& x : words)
    heard_ += x + (&x == &words.back() ? "\n" : " ");
  std::string result;
  if (words[0] == "PING")
    return who.listens ? "*2\r\n$4\r\npong\r\n$0\r\n\r\n" : "+PONG\r\n";
  if (words[0] == "SUBSCRIBE") {
    who.listens = true;
    return "*3\r\n$9\r\nsubscribe\r\n$" + std::to_string(words[1].size()) + "\r\n" + words[1]
           + "\r\n:1\r\n";
  }
  if (words[0] != "SENTINEL")
    return "+OK\r\n";
  auto is_first = words[1] == "GET-MASTER-ADDR-BY-NAME";
  questions_ += is_first ? 1 : 0;
  if (how == mood::is_silent)
    return {};
  auto port = std::to_string(master.port);
  if (how == mood::knows_nothing)
    return is_first ? "*-1\r\n" : "-ERR No such master with that name\r\n";
  if (is_first)
    append_command(result, {master.name, port});
  else
    append_command(result, {"name", words[2], "ip", master.name, "port", port, "config-epoch",
                            std::to_string(epoch), "flags", "master"});
  return result;
}

} // namespace atrium::test
