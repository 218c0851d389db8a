#include "atrium/broker/tcp/tcp_dialer.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace asio = boost::asio;

namespace atrium {

using boost::system::error_code;

// One dial. Its handlers keep it alive; when it is over they do nothing.
class tcp_dialer::race : public std::enable_shared_from_this<race> {
public:
  race(asio::io_context& io, std::chrono::milliseconds patience,
       dial_targets targets, handler done)
    : io_(io),
      patience_(patience),
      targets_(std::move(targets)),
      done_(std::move(done)),
      pause_(io) {
    // nop
  }

  void start_next() {
    if (!done_ || next_ == targets_.size())
      return;
    auto i = next_++;
    // On the heap: a socket with a connect under way must not move when the
    // list grows.
    runners_.push_back(std::make_unique<runner>(io_));
    auto& x = *runners_.back();
    error_code failed;
    // By hand: a connect that has to open its socket reports "canceled" when
    // there is none to be had.
    x.socket.open(targets_[i].protocol(), failed);
    if (failed)
      return asio::post(io_, [me = shared_from_this(), i, failed] {
        me->lost(i, failed.message());
      });
    x.deadline.expires_after(patience_);
    x.deadline.async_wait([me = shared_from_this(), i](error_code ec) {
      if (!ec)
        me->lost(i, "no connection in time");
    });
    x.socket.async_connect(targets_[i],
                           [me = shared_from_this(), i](error_code ec) {
                             ec ? me->lost(i, ec.message()) : me->won(i);
                           });
    pause_.expires_after(stagger);
    pause_.async_wait([me = shared_from_this()](error_code ec) {
      if (!ec)
        me->start_next();
    });
  }

  void end() {
    done_ = nullptr;
    pause_.cancel();
    for (auto& x : runners_) {
      x->deadline.cancel();
      error_code ignored;
      x->socket.close(ignored);
    }
  }

private:
  struct runner {
    explicit runner(asio::io_context& io) : socket(io), deadline(io) {
      // nop
    }

    dial_protocol::socket socket;
    asio::steady_timer deadline;
    bool is_over = false;
  };

  void won(std::size_t i) {
    if (!done_ || std::exchange(runners_[i]->is_over, true))
      return;
    // The socket is moved out before `end` closes all sockets.
    outcome result{std::move(runners_[i]->socket), targets_[i], {}};
    auto done = std::exchange(done_, nullptr);
    end();
    done(std::move(result));
  }

  void lost(std::size_t i, const std::string& why) {
    auto& x = *runners_[i];
    // The connect of a socket that the deadline has closed reports as well.
    if (!done_ || std::exchange(x.is_over, true))
      return;
    x.deadline.cancel();
    error_code ignored;
    x.socket.close(ignored);
    note(why);
    if (next_ < targets_.size())
      return start_next();
    if (!std::ranges::all_of(runners_, [](auto& y) { return y->is_over; }))
      return;
    auto done = std::exchange(done_, nullptr);
    end();
    done({dial_protocol::socket{io_}, {}, std::move(error_)});
  }

  // What several addresses have in common is said once.
  void note(const std::string& why) {
    if (error_.find(why) == error_.npos)
      error_ += (error_.empty() ? "" : ", ") + why;
  }

  asio::io_context& io_;
  const std::chrono::milliseconds patience_;
  const dial_targets targets_;
  handler done_; // empty: it is over
  asio::steady_timer pause_;
  std::vector<std::unique_ptr<runner>> runners_; // by target
  std::size_t next_ = 0;
  std::string error_;
};

void tcp_dialer::dial(dial_targets targets, handler done) {
  cancel();
  race_ = std::make_shared<race>(io_, patience_, std::move(targets),
                                 std::move(done));
  race_->start_next();
}

void tcp_dialer::cancel() {
  if (auto over = std::exchange(race_, nullptr))
    over->end();
}

} // namespace atrium
