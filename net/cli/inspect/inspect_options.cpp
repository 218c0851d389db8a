#include "atrium/net/cli/inspect/inspect_options.hpp"

#include "atrium/net/options/option_values.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace atrium::tool {

namespace {

constexpr auto node_variable = "ATRIUM_INSPECT_NODE";
constexpr auto token_variable = "ATRIUM_INSPECT_TOKEN";

constexpr auto footer = R"(Commands:
  node                      the node and its lanes
  tree                      its actors: lanes, rooms, users
  cluster                   all nodes that share its Redis
  rooms, users, owners      lists of this node's; --prefix for names
  connections               those to this node
  room NAME, user NAME      one of them, on all nodes
  owner NAME                who runs a room with one home, on whatever node
  members ROOM              who is in a room, on this node
  connection ID, actor N    one connection, on any node; one actor of this node
  find TEXT                 rooms and users with TEXT in their name
  top                       busiest rooms, slowest clients, fullest mailboxes
  watch                     the same again and again, and what happens
  disconnect connection ID  close a connection
  disconnect user NAME      close all connections of a user, on all nodes
  publish ROOM JSON         a message of the node to a room
  dead-letters [USER]       durable messages that nobody has acknowledged;
                            USER [ID] --replay sends them again, --purge
                            removes them

In front of a name that begins with a dash put --. The variable
ATRIUM_INSPECT_NODE stands for --node. What changes something needs the token of
the node's --admin-token-file, if it has one: --token-file, or the variable
ATRIUM_INSPECT_TOKEN with the token itself.
Exit code: 0; 1 if the node cannot be reached or knows nothing of the name; 2
for bad options.)";

struct command {
  std::string_view name;
  task what;
  std::string_view takes; ///< Words that have to follow.
};

// In the order of `task`.
constexpr std::array commands = {
  command{"node", task::node, ""},
  command{"tree", task::tree, ""},
  command{"cluster", task::cluster, ""},
  command{"rooms", task::rooms, ""},
  command{"room", task::room, "NAME"},
  command{"members", task::members, "ROOM"},
  command{"users", task::users, ""},
  command{"user", task::user, "NAME"},
  command{"owners", task::owners, ""},
  command{"owner", task::owner, "NAME"},
  command{"connections", task::connections, ""},
  command{"connection", task::connection, "ID"},
  command{"actor", task::actor, "NUMBER"},
  command{"find", task::find, "TEXT"},
  command{"top", task::top, ""},
  command{"watch", task::watch, ""},
  command{"disconnect", task::disconnect, "connection|user NAME"},
  command{"publish", task::publish, "ROOM JSON"},
  command{"dead-letters", task::dead_letters, "[USER]"},
};

/// What the command line says before it becomes an option's type.
struct raw_values {
  std::vector<std::string> words;
  std::string node;
  double timeout = 5;
  double interval = 1;
  bool all = false;
  bool replay = false;
  bool purge = false;
};

bool is_number(const std::string& text) {
  constexpr std::size_t most_digits = 19; // all of them fit into 64 bits
  return !text.empty() && text.size() <= most_digits
         && text.find_first_not_of("0123456789") == text.npos;
}

std::size_t word_count(std::string_view takes) {
  auto spaces = std::count(takes.begin(), takes.end(), ' ');
  return takes.empty() ? 0 : static_cast<std::size_t>(spaces) + 1;
}

// The only command with flags of its own.
std::string read_dead_letters(const raw_values& raw, inspect_options& out) {
  auto acts = raw.replay || raw.purge;
  if (acts)
    out.what = raw.replay ? task::replay : task::purge;
  auto count = out.words.size();
  if (raw.replay && raw.purge)
    return "--replay: not together with --purge";
  if (acts ? count < 1 || count > 2 : count > 1)
    return acts ? "--replay and --purge take USER [ID]"
                : "dead-letters takes [USER]";
  return {};
}

std::string read_command(const raw_values& raw, inspect_options& out) {
  auto& words = raw.words;
  auto& name = words.front();
  auto row = std::find_if(commands.begin(), commands.end(),
                          [&](auto& x) { return x.name == name; });
  if (row == commands.end())
    return "'" + name + "' is no command, see --help";
  out.what = row->what;
  out.words.assign(words.begin() + 1, words.end());
  // An empty name would ask for another target: `rooms/` is the list of rooms.
  auto missing
    = std::find(out.words.begin(), out.words.end(), "") != out.words.end();
  auto of_letters = row->what == task::dead_letters;
  if ((raw.replay || raw.purge) && !of_letters)
    return "--replay, --purge: only for dead-letters";
  if (of_letters && !missing)
    return read_dead_letters(raw, out);
  if (missing || out.words.size() != word_count(row->takes))
    return name + " takes "
           + (row->takes.empty() ? "no words" : std::string{row->takes});
  if (row->what == task::actor && !is_number(out.words[0]))
    return "'" + out.words[0] + "' is no number of an actor";
  if (row->what == task::disconnect && out.words[0] != "connection"
      && out.words[0] != "user")
    return "disconnect takes " + std::string{row->takes};
  // `body_of` inserts the text into an object: a text that is no JSON value
  // could add members.
  if (row->what == task::publish && !nlohmann::json::accept(out.words[1]))
    return "'" + out.words[1] + "' is no JSON";
  return {};
}

// An empty variable is one that is not set.
std::string value_of(const variable_map& variables, const char* name) {
  auto found = variables.find(name);
  return found != variables.end() ? found->second : std::string{};
}

std::string read_node(const raw_values& raw, const variable_map& variables,
                      node_address& out) {
  auto from_variable = raw.node.empty();
  auto text = from_variable ? value_of(variables, node_variable) : raw.node;
  auto error = text.empty() ? std::string{} : read_node_address(text, out);
  if (error.empty())
    return {};
  return (from_variable ? node_variable : "--node") + (": " + error);
}

void add_options(CLI::App& app, inspect_options& out, raw_values& raw) {
  app.add_option("command", raw.words, "What to show or to do.")->required();
  app.add_option("--node", raw.node,
                 "The node's --internal: http://HOST:PORT, https://HOST:PORT "
                 "or unix:///PATH; http://127.0.0.1:9080.");
  app
    .add_option("--ca", out.ca,
                "Who signs the certificate of an https node, in PEM; without "
                "it whom this machine trusts.")
    ->type_name("FILE");
  app
    .add_option("--token-file", out.token_file,
                "File with the token of administrators.")
    ->type_name("FILE");
  app.add_option("--timeout", raw.timeout, "Seconds to wait for the node.")
    ->capture_default_str()
    ->check(CLI::Range(0.1, 300.0));
  app.add_flag("--json", out.json, "Print the JSON as it comes, in lines.");
  app.add_option("--limit", out.limit, "Rows of a list.")
    ->capture_default_str()
    ->check(CLI::Range(1, 1'000'000));
  app.add_flag("--all", raw.all, "All rows of a list.");
  app.add_option("--prefix", out.prefix, "How names in a list begin.");
  app.add_flag("--replay", raw.replay, "Send dead letters again.");
  app.add_flag("--purge", raw.purge, "Remove dead letters.");
  app.add_option("--interval", raw.interval, "Seconds between views of watch.")
    ->capture_default_str()
    ->check(CLI::Range(0.1, 3'600.0));
  app.footer(footer);
}

std::string check(const CLI::App& app, const inspect_options& x,
                  const raw_values& raw) {
  auto is_list
    = is_paged(x.what) || x.what == task::find || x.what == task::top;
  // Counted, not compared: the default counts as well if it was given.
  if (app.count("--limit") != 0 && raw.all)
    return "--limit: not together with --all";
  if (app.count("--limit") != 0 && !is_list)
    return "--limit: only for lists";
  if (raw.all && !is_paged(x.what))
    return "--all: only for lists that come in pages";
  if (!x.prefix.empty() && x.what != task::rooms && x.what != task::users
      && x.what != task::owners)
    return "--prefix: only for rooms, users and owners";
  if (app.count("--interval") != 0 && x.what != task::watch)
    return "--interval: only for watch";
  return {};
}

std::string check_node(const inspect_options& x) {
  if (!x.ca.empty() && x.node.by != node_address::transport::tls)
    return "--ca: only for a node with https://";
  // Refused before anything is sent: a token that others have read is lost.
  auto has_token = !x.token_file.empty() || !x.token.empty();
  if (is_act(x.what) && has_token && !x.node.is_private())
    return "others could read the token on its way to " + x.node.text
           + ": use https://, or a tunnel to this machine";
  return {};
}

std::chrono::milliseconds milliseconds_of(double seconds) {
  return std::chrono::milliseconds{std::llround(seconds * 1e3)};
}

} // namespace

parsed_inspect_options parse_inspect_options(int argc, const char* const* argv,
                                             const variable_map& variables) {
  parsed_inspect_options res;
  raw_values raw;
  CLI::App app{"Looks into a node.", "atrium inspect"};
  add_options(app, res.value, raw);
  std::string error;
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success&) {
    return {{}, 0, app.help()};
  } catch (const CLI::ParseError& problem) {
    error = problem.what();
  }
  if (error.empty())
    error = read_command(raw, res.value);
  if (error.empty())
    error = check(app, res.value, raw);
  if (error.empty())
    error = read_node(raw, variables, res.value.node);
  // There is no flag for the token: all users of the machine can read command
  // lines. --token-file replaces the variable (`node_link::prepare`).
  res.value.token = value_of(variables, token_variable);
  if (error.empty())
    error = check_node(res.value);
  if (!error.empty())
    return {{}, 2, "atrium inspect: " + error + '\n'};
  res.value.timeout = milliseconds_of(raw.timeout);
  res.value.interval = milliseconds_of(raw.interval);
  if (raw.all)
    res.value.limit = inspect_options::no_limit;
  return res;
}

bool is_paged(task x) {
  return x == task::tree || x == task::rooms || x == task::users
         || x == task::owners || x == task::connections || x == task::members
         || x == task::dead_letters;
}

bool is_act(task x) {
  return x == task::disconnect || x == task::publish || x == task::replay
         || x == task::purge;
}

} // namespace atrium::tool
