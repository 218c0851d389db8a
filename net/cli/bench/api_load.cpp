#include "atrium/net/cli/bench/api_load.hpp"

#include "atrium/net/cli/bench/text_parts.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace atrium::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto patience = 5s; // for the first answers

// The fields of a publish, without braces.
std::string publish_fields(const std::string& room, std::size_t size) {
  return concat({R"("channel":")", room, R"(","data":")",
                 // With its quotes, which a JSON string has.
                 std::string(size > 2 ? size - 2 : 1, 'x'), "\""});
}

std::string batch_of(const std::string& fields, std::size_t count) {
  std::string result = R"({"commands":[)";
  for (std::size_t i = 0; i < count; ++i)
    result += concat({i == 0 ? "" : ",", R"({"publish":{)", fields, "}}"});
  return result + "]}";
}

} // namespace

api_load::api_load(const bench_options& from)
  : options_(from),
    layout_(from),
    server_(*endpoint::parse(from.urls.front(), "http://")),
    requesters_(from.connections),
    epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  make_requests();
}

api_load::~api_load() {
  ::close(epoll_);
}

void api_load::make_requests() {
  auto is_batch = options_.batch > 1;
  for (std::size_t i = 0; i < layout_.rooms(); ++i) {
    auto fields = publish_fields(layout_.room_name(i), options_.size);
    auto body = is_batch ? batch_of(fields, options_.batch)
                         : concat({"{", fields, "}"});
    requests_.push_back(post_request(server_, is_batch ? "/batch" : "/publish",
                                     options_.api_key, body));
  }
}

std::string api_load::run(report& out) {
  if (auto error = connect(); !error.empty())
    return error;
  work(steady::now() + patience);
  if (answers_ < requesters_.size() && !is_interrupted())
    return trouble_.empty() ? "the server does not answer" : trouble_;
  work(steady::now() + options_.warmup);
  times_.clear();
  auto from = now();
  work(from.time + options_.duration);
  add_figures(out, from, now());
  return {};
}

std::string api_load::connect() {
  if (auto error = server_.resolve(); !error.empty())
    return error;
  for (std::size_t i = 0; i < requesters_.size(); ++i) {
    auto& who = requesters_[i];
    if (!who.link.connect(server_))
      return std::system_category().message(errno);
    who.next = i % requests_.size(); // not all the same room at once
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT;
    event.data.ptr = &who;
    who.watches_out = true;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, who.link.fd(), &event);
    send_next(who);
  }
  return {};
}

api_load::tally api_load::now() const {
  return {steady::now(), usage_of(options_.pids), usage_of(options_.redis_pids),
          own_usage(), answers_};
}

// Until `until`; while nobody has an answer yet, no longer than until everybody
// has one.
void api_load::work(steady::time_point until) {
  auto is_first = answers_ < requesters_.size();
  std::array<epoll_event, 256> events;
  for (auto now = steady::now();
       now < until && !is_interrupted() && trouble_.empty()
       && !(is_first && answers_ >= requesters_.size());
       now = steady::now()) {
    auto count = ::epoll_wait(epoll_, events.data(),
                              static_cast<int>(events.size()), 10);
    for (int i = 0; i < count; ++i) {
      auto& event = events[static_cast<std::size_t>(i)];
      handle(*static_cast<requester*>(event.data.ptr), event.events);
    }
    if (progress_.enabled() && now >= next_progress_) {
      next_progress_ = now + 1s;
      auto recent = answers_ - std::exchange(shown_, answers_);
      progress_.show(std::to_string(recent) + " requests/s");
    }
  }
}

void api_load::handle(requester& who, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0)
    write(who);
  if ((events & ~EPOLLOUT) == 0)
    return;
  switch (who.link.read()) {
  case http_client::outcome::nothing:
    return;
  case http_client::outcome::lost:
    return give_up(options_.urls.front() + ": connection lost");
  default:
    return take_answer(who);
  }
}

void api_load::send_next(requester& who) {
  who.sent = steady::now();
  who.link.send(requests_[who.next]);
  who.next = (who.next + 1) % requests_.size();
  write(who);
}

void api_load::write(requester& who) {
  // A socket that is not connected yet has EAGAIN for it; or ENOTCONN, of which
  // the next event tells more.
  if (!who.link.write() && errno != ENOTCONN)
    return give_up(std::system_category().message(errno));
  if (who.link.wants_out() == who.watches_out)
    return;
  who.watches_out = who.link.wants_out();
  epoll_event event{};
  event.events = who.watches_out ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &who;
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, who.link.fd(), &event);
}

void api_load::take_answer(requester& who) {
  times_.record(static_cast<std::uint64_t>((steady::now() - who.sent) / 1ns));
  ++answers_;
  auto& link = who.link;
  if (!is_success(link)) {
    ++refused_;
    return give_up(concat({"HTTP status ", std::to_string(link.status()), ": ",
                           link.body().substr(0, 200)}));
  }
  send_next(who);
}

// Each publish has a result of its own.
bool api_load::is_success(const http_client& link) const {
  std::string_view body = link.body();
  if (link.status() != 200 || body.find(R"("error")") != body.npos)
    return false;
  if (options_.batch == 1)
    return body.find(R"("result")") != body.npos;
  constexpr std::string_view reply = R"("publish")";
  std::size_t found = 0;
  for (auto at = body.find(reply); at != body.npos;
       at = body.find(reply, at + reply.size()))
    ++found;
  return found == options_.batch;
}

void api_load::give_up(std::string why) {
  if (trouble_.empty())
    trouble_ = std::move(why);
}

void api_load::add_figures(report& out, const tally& from, const tally& to) {
  auto seconds = seconds_of(to.time - from.time);
  auto requests = static_cast<double>(to.answers - from.answers);
  auto publishes = requests * static_cast<double>(options_.batch);
  auto us_at
    = [this](double q) { return static_cast<double>(times_.at(q)) / 1e3; };
  out.add("connections", "connections", requesters_.size());
  out.add("batch", "publishes per request", options_.batch);
  out.add("seconds", "measured", seconds, "s", 3);
  out.add("requests_per_second", "requests", requests / seconds, "/s", 0);
  out.add("publishes_per_second", "publishes", publishes / seconds, "/s", 0);
  out.add("request_p50_us", "request p50", us_at(0.5), "us", 0);
  out.add("request_p99_us", "request p99", us_at(0.99), "us", 0);
  out.add("request_p999_us", "request p99.9", us_at(0.999), "us", 0);
  auto server = since(from.server, to.server);
  add_cpu(out, options_.pids.empty() ? nullptr : &server,
          since(from.own, to.own), seconds, publishes, "publish");
  if (!options_.redis_pids.empty())
    out.add("redis_cpu_us_per_publish", "Redis CPU per publish",
            seconds_of(to.redis.cpu - from.redis.cpu) * 1e6 / publishes, "us",
            3);
  if (is_interrupted())
    out.note("interrupted: the figures are of the time until then");
  if (trouble_.empty())
    return;
  out.add("requests_refused", "requests refused", refused_);
  out.note("first trouble: " + trouble_);
  out.fail();
}

} // namespace atrium::bench
