#include "atrium/net/inspector/everywhere.hpp"

#include "atrium/actors/cluster/cluster.hpp"
#include "atrium/broker/util/percent.hpp"
#include "atrium/broker/util/text.hpp"
#include "atrium/net/inspector/gathering.hpp"
#include "atrium/net/inspector/views.hpp"

namespace atrium {

namespace {

// The name of the node with this run, which is all that rooms know of their
// owner. A node that knows nothing of the room has answered, too.
json node_of(const survey_result& from, const json& run) {
  for (auto& x : from.answers)
    if (run == x.run)
      return x.node;
  return nullptr;
}

// What several nodes say of a room, user or owner, in one answer.
json merge(const char* what, const char* count, const std::string& name,
           const survey_result& from) {
  json result{{what, name}, {count, 0}, {"nodes", json::array()}};
  std::size_t total = 0;
  for (auto& x : from.answers) {
    auto said = json::parse(x.json, nullptr, false);
    if (!said.is_object())
      continue; // it knows nothing of that name
    // A view has the list of a room or user under `state`, an act its number
    // beside it.
    auto& value = said.contains("state") ? said["state"][count] : said[count];
    if (value.is_number_unsigned())
      total += value.get<std::size_t>();
    else if (value.is_array())
      total += value.size();
    json row{{"node", x.node}, {"run", x.run}};
    if (said.contains("state") && said["state"].contains("owner"))
      said["state"]["owner_node"] = node_of(from, said["state"]["owner"]);
    row.update(said);
    result["nodes"].push_back(std::move(row));
  }
  result[count] = total;
  // The operator has to know that the sum may be too small.
  result["silent"] = from.silent;
  if (!from.error.empty())
    result["error"] = from.error;
  return result;
}

// The answer for which one node is enough.
json first_of(const survey_result& from) {
  for (auto& x : from.answers) {
    auto said = json::parse(x.json, nullptr, false);
    if (said.is_object() && !said.contains("error"))
      return said;
  }
  return nullptr;
}

// Who has not answered may have what was asked for. That nobody has it only the
// answers of all can say.
void refuse_unanswered(inspect_answer& to, const survey_result& from) {
  if (!from.silent.empty())
    refuse(to, 503, "unavailable", "no answer from " + from.silent.front());
  else if (!from.error.empty())
    refuse(to, 503, "unavailable", from.error);
  else
    refuse_unknown(to);
}

} // namespace

void view_cluster(const inspector_context& by, inspect_answer to) {
  if (!by.cluster)
    return refuse(to, 503, "unavailable", "this node knows no others");
  by.cluster->list([back = by.here(), to](node_listing x) {
    back([to, text = to_json(x)]() mutable {
      to.deliver(std::uint16_t{200}, text);
    });
  });
}

void view_everywhere(const inspector_context& by, child_kind kind,
                     const std::string& name, inspect_answer to) {
  if (!by.cluster)
    return view_here(by, kind, name, to);
  by.cluster->survey_all({to_string(kind), name}, [back = by.here(), to, kind,
                                                   name](survey_result x) {
    back([to, kind, name, x = std::move(x)]() mutable {
      auto count = kind == child_kind::user ? "connections" : "members";
      auto result = merge(to_string(kind), count, name, x);
      // 404 only when every node has said that it knows nothing.
      if (result["nodes"].empty() && x.silent.empty() && x.error.empty())
        refuse_unknown(to);
      else
        to.deliver(std::uint16_t{200}, dump(result));
    });
  });
}

void disconnect_everywhere(const inspector_context& by, const std::string& user,
                           inspect_answer to) {
  if (!is_name(user))
    return refuse_unknown(to); // nobody can have it
  by.cluster->survey_all(
    {"disconnect_user", user}, [back = by.here(), to, user](survey_result x) {
      back([to, user, x = std::move(x)]() mutable {
        auto result = merge("user", "disconnected", user, x);
        if (result["nodes"].empty() && x.silent.empty())
          refuse_unanswered(to, x);
        else
          to.deliver(std::uint16_t{200}, dump(result));
      });
    });
}

// The id names the node, so no other is asked.
void ask_node_of(const inspector_context& by, const std::string& connection,
                 const char* kind, inspect_answer to) {
  std::string run{run_of(connection)};
  // With this run it was looked for here already.
  if (!by.cluster || !is_name(connection) || run.empty()
      || run == by.env->run_id)
    return refuse_unknown(to);
  by.cluster->survey_one(run, {kind, connection},
                         [back = by.here(), to](survey_result x) {
                           back([to, x = std::move(x)]() mutable {
                             auto result = first_of(x);
                             if (result.is_null())
                               refuse_unanswered(to, x);
                             else
                               to.deliver(std::uint16_t{200}, dump(result));
                           });
                         });
}

void answer_cluster(caf::actor_system& system, const inspect_service& whom,
                    survey what, std::function<void(std::string)> done) {
  struct kind {
    const char* name;
    const char* before;
    const char* after;
    bool acts;
  };
  // `local=1` keeps a survey from going round: without it each node that is
  // asked would ask all nodes again. A node does nothing for another node that
  // is not in this table, such as `publish`.
  constexpr kind kinds[] = {
    {"room", "rooms/", "?local=1", false},
    {"user", "users/", "?local=1", false},
    {"owner", "owners/", "?local=1", false},
    {"connection", "connections/", "?local=1", false},
    {"disconnect_user", "users/", "/disconnect?local=1", true},
    {"disconnect_connection", "connections/", "/disconnect?local=1", true},
  };
  for (auto& x : kinds)
    if (what.kind == x.name) {
      // The node that asks has checked the token. A program that can write to
      // the bus could act without one in any case.
      auto body = x.acts ? std::optional<std::string>{""} : std::nullopt;
      return ask_inspector(
        system, whom, x.before + encode_percent(what.name) + x.after, body,
        [done](unsigned status, std::string text) {
          // An empty answer says "not here", which is not "silent".
          done(status == 404 ? std::string{} : std::move(text));
        });
    }
  done({});
}

} // namespace atrium
