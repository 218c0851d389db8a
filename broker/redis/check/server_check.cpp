#include "atrium/broker/redis/check/server_check.hpp"

#include "atrium/broker/redis/check/connection_flaws.hpp"
#include "atrium/broker/redis/check/redis_rights.hpp"
#include "atrium/broker/redis/check/server_settings.hpp"

#include <utility>

namespace atrium {

namespace {

using question = redis_questioner::question;

// Of what is given only part may be told, as with managed servers.
void check_settings(redis_questioner& server, redis_kind kind,
                    const redis_needs& needs, redis_report& to) {
  std::vector<question> questions{{"INFO"}};
  for (auto name : config_names)
    questions.push_back({"CONFIG", "GET", std::string{name}});
  auto answers = server.ask(questions);
  server_settings found;
  if (!is_error(answers[0].reply()))
    take_info(answers[0].reply().front().text, found);
  for (std::size_t i = 1; i < answers.size(); ++i)
    take_config(config_names[i - 1], answers[i].reply(), found);
  judge_settings(found, kind, needs, to);
}

void check_rights(redis_questioner& server, const redis_address& at,
                  const redis_needs& needs, redis_report& to) {
  rights_check rights{needs, at};
  for (auto& x : server.ask(rights.questions())) {
    if (!x.failure().empty())
      return to.fail(x.failure());
    rights.on_reply(x.reply());
  }
  rights.report(to);
}

} // namespace

server_check::server_check(const redis_access& access, const redis_needs& needs,
                           redis_questioner::clock::time_point deadline)
  : access_(std::make_shared<current_access>()),
    needs_(needs),
    deadline_(deadline) {
  access_->replace(access);
}

std::unique_ptr<redis_questioner> server_check::enter(const redis_address& at,
                                                      const redis_host& host,
                                                      redis_kind kind,
                                                      redis_report& to) const {
  auto one = at;
  one.kind = redis_kind::server;
  one.hosts = {host};
  auto server = std::make_unique<redis_questioner>(one, access_, deadline_);
  auto flaw = server->open();
  if (flaw.empty())
    flaw = log_in(*server, at, kind, to);
  if (!flaw.empty())
    to.fail(flaw);
  return to.has_errors() ? nullptr : std::move(server);
}

// Returns what is wrong; it is the server that says so.
std::string server_check::log_in(redis_questioner& server,
                                 const redis_address& at, redis_kind kind,
                                 redis_report& to) const {
  auto is_sentinel = kind == redis_kind::sentinel;
  auto held = access_->get();
  auto& access = *held;
  auto user = is_sentinel ? access.sentinel_user : at.user;
  auto password = is_sentinel               ? access.sentinel_password
                  : access.password.empty() ? at.password
                                            : access.password;
  if (!password.empty()) {
    auto words = user.empty() ? question{"AUTH", password}
                              : question{"AUTH", user, password};
    auto answer = server.ask(std::move(words));
    if (!answer.failure().empty())
      return answer.failure();
    if (auto flaw = explain_login(answer.reply(), user, true, is_sentinel);
        !flaw.empty())
      return flaw;
  }
  auto answer = server.ask(question{"HELLO"});
  if (!answer.failure().empty())
    return answer.failure();
  if (auto flaw
      = explain_login(answer.reply(), user, !password.empty(), is_sentinel);
      !flaw.empty())
    return flaw;
  auto facts = read_hello(answer.reply());
  if (!facts)
    return "the server is no Redis: it does not answer HELLO as Redis does";
  judge_kind(*facts, kind, to);
  if (!to.has_errors())
    to.note(describe(*facts));
  return {};
}

bool server_check::check(const redis_address& at, const redis_host& host,
                         redis_kind kind, redis_report& to) const {
  auto server = enter(at, host, kind, to);
  if (server == nullptr)
    return false;
  if (at.db != 0) {
    auto answer = server->ask(question{"SELECT", std::to_string(at.db)});
    auto text = answer.reply().front().text;
    if (is_error(answer.reply()) && !text.starts_with("NOPERM"))
      to.fail("the database " + std::to_string(at.db) + " cannot be used: "
              + answer.failure() + std::string{loggable(text)});
  }
  check_settings(*server, at.kind, needs_, to);
  check_rights(*server, at, needs_, to);
  return true;
}

} // namespace atrium
