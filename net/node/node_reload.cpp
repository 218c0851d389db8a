// What a running node takes over on SIGHUP, part by part.

#include "atrium/actors/lane_port.hpp"
#include "atrium/actors/util/semaphore.hpp"
#include "atrium/actors/util/task_pool.hpp"
#include "atrium/broker/connection_limiter.hpp"
#include "atrium/broker/event_sink.hpp"
#include "atrium/broker/inbox.hpp"
#include "atrium/broker/log/log.hpp"
#include "atrium/broker/redis/redis_thread.hpp"
#include "atrium/net/admission/admission_limits.hpp"
#include "atrium/net/api/api_access.hpp"
#include "atrium/net/events/event_secret.hpp"
#include "atrium/net/inspector/administrators.hpp"
#include "atrium/net/node/node.hpp"
#include "atrium/net/node/node_settings.hpp"

namespace atrium {

void node::reload(const parsed_options& next) {
  // Later its parts are gone.
  if (life_->lets_in())
    reloader_.run(next);
}

// Everything that is captured lives until the node stops.
void node::add_reload_parts(environment& env, live<client_rules>& rules) {
  add_files_to_reload();
  reloader_.add([&env](const options& next, std::string&) {
    return [&env, limits = limits_of(next), log = next.log,
            inbox = inbox_rule_of(next), events = next.events.max_bytes,
            tasks = next.tasks.queue] {
      env.bus_queue->resize(limits.bus_queue);
      for (auto& lane : env.lanes)
        lane.queue->resize(limits.lane_queue);
      if (env.limiter)
        env.limiter->change_rules(limits.connections_per_user,
                                  limits.user_policy);
      if (env.inbox)
        env.inbox->change(inbox);
      if (env.sink)
        env.sink->resize(events);
      env.tasks->set_queue(tasks);
      env.limits.replace(limits);
      env.watched.replace({log.trace_users, log.trace_rooms});
    };
  });
  reloader_.add([this](const options& next, std::string&) {
    return [this, next] {
      for (auto& resize : resize_buses_)
        resize(next);
    };
  });
  reloader_.add([this, &rules](const options& next, std::string& error) {
    auto most = allowed_connections(next, files_, error);
    return [this, &rules, most, by = next.admission,
            then = rules_of(next, id()), api = api_bounds_of(next)] {
      context_->connections->resize(most);
      context_->admission->change(by, most);
      context_->api->traffic->resize(api);
      rules.replace(then);
    };
  });
  reloader_.add([this](const options& next, std::string&) {
    // An option that is the same leaves alone what SIGUSR1 has set.
    auto is_same = next.log.level == options_.log.level;
    return [to = next.log, is_same] {
      log::set_format(to.format);
      if (!is_same)
        log::change_threshold(to.level, "SIGHUP");
    };
  });
}

// Their content may have changed although the options have not.
void node::add_files_to_reload() {
  if (redis_)
    reloader_.add_files(
      "access to Redis",
      [this](const options& next, std::string& error) -> reloader::take_over {
        auto read = load_redis_access(next.bus.redis_access,
                                      needs_tls(options_.bus), error);
        if (!read)
          return nullptr;
        return [to = redis_->config().access, read = std::move(*read)] {
          to->replace(read);
        };
      });
  if (auto auth = context_->authenticator)
    reloader_.add_files("keys",
                        [auth](const options& next, std::string& error) {
                          return auth->prepare(next.auth, error);
                        });
  if (tls_)
    reloader_.add_files("certificate",
                        [this](const options& next, std::string& error) {
                          return tls_->prepare(next.tls, error);
                        });
  if (internal_tls_)
    reloader_.add_files("certificate for operators",
                        [this](const options& next, std::string& error) {
                          return internal_tls_->prepare(next.internal.tls,
                                                        error);
                        });
  if (event_secret_)
    reloader_.add_files(
      "key for events", [this](const options& next, std::string& error) {
        return event_secret_->prepare(next.events.secret_file, error);
      });
  reloader_.add_files(
    "keys of the API",
    [this](const options& next, std::string& error) -> reloader::take_over {
      auto& file = next.api.key_file;
      return file.empty() ? nullptr : api_keys_->prepare(file, error);
    });
  reloader_.add_files(
    "administrators' token",
    [this](const options& next, std::string& error) -> reloader::take_over {
      auto& file = next.internal.admin_token_file;
      if (file.empty() && options_.internal.admin_token_file.empty())
        return nullptr;
      return administrators_->prepare(file, error);
    });
}

} // namespace atrium
