#include "atrium/net/inspect/node_link.hpp"

#include "atrium/net/inspect/human.hpp"
#include "atrium/net/option_values.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/manager.hpp>
#include <caf/scoped_actor.hpp>

#include <future>
#include <set>

namespace atrium::tool {

namespace {

constexpr auto gone = "the node has gone";

std::string explain(const caf::error& why, const std::string& where,
                    bool secure) {
  if (why == caf::sec::cannot_connect_to_node)
    return "cannot reach " + where + ": is a node with --inspect-port there?";
  if (why == caf::sec::disconnect_during_handshake)
    return where + " hangs up: "
           + (secure ? "it does not know this certificate, or wants none"
                     : "it is no node, or wants a certificate (--cert)");
  if (why == caf::sec::incompatible_application_ids
      || why == caf::sec::incompatible_versions
      || why == caf::sec::no_actor_published_at_port)
    return where + " is no Atrium node";
  return where + " hangs up: " + caf::to_string(why);
}

/// Carries one question; ends when it is answered, or the node has gone.
void carry(caf::event_based_actor* self, const inspect_service& whom,
           std::chrono::milliseconds timeout, const node_question& what,
           const std::function<void(node_answer)>& then) {
  auto finish = [self, then](node_answer x) {
    self->quit();
    then(std::move(x));
  };
  self->monitor(whom);
  self->set_down_handler([finish](const caf::down_msg&) {
    finish({0, {}, gone});
  });
  self->set_default_handler(caf::drop);
  auto good = [finish](std::uint16_t status, std::string& text) {
    finish({status, std::move(text), {}});
  };
  auto bad = [finish, timeout](const caf::error& why) {
    auto late = why == caf::sec::request_timeout;
    auto waited = static_cast<double>(timeout.count()) / 1e3;
    finish({0,
            {},
            late ? "no answer within " + duration_text(waited)
                 : caf::to_string(why)});
  };
  if (what.body)
    self->request(whom, timeout, act_atom::value, what.target, *what.body)
      .then(good, bad);
  else
    self->request(whom, timeout, view_atom::value, what.target).then(good, bad);
}

} // namespace

class node_link::impl {
public:
  explicit impl(const inspect_options& from)
    : from_(from), where_(show_address(from.node)) {
    // nop
  }

  std::string connect() {
    if (from_.certificates.any())
      if (auto error = remoting_.read(from_.certificates); !error.empty())
        return "--" + error;
    constexpr std::size_t threads = 1;
    config_.set("scheduler.policy", caf::atom("sharing"));
    config_.set("scheduler.max-threads", threads);
    remoting_.load_into(config_, remoting::side::client);
    system_ = std::make_unique<caf::actor_system>(config_);
    if (auto error = find_service(); !error.empty())
      return error;
    return compare_versions();
  }

  void ask(node_question what, std::function<void(node_answer)> then) {
    system_->spawn<caf::hidden>(
      [whom = service_, timeout = from_.timeout, what = std::move(what),
       then = std::move(then)](caf::event_based_actor* self) {
        carry(self, whom, timeout, what, then);
      });
  }

  node_answer ask(node_question what) {
    auto promise = std::make_shared<std::promise<node_answer>>();
    auto result = promise->get_future();
    ask(std::move(what),
        [promise](node_answer x) { promise->set_value(std::move(x)); });
    return result.get();
  }

  const std::string& node_id() const {
    return node_id_;
  }

  bool is_stuck() const {
    return is_stuck_;
  }

private:
  caf::io::middleman_actor connector() {
    return remoting_.is_secure() ? system_->openssl_manager().actor_handle()
                                 : system_->middleman().actor_handle();
  }

  // What CAF's own functions do, but with a timeout.
  std::string find_service() {
    std::string error;
    auto take = [&](const caf::node_id&, const caf::strong_actor_ptr& found,
                    const std::set<std::string>& messages) {
      caf::detail::type_list<inspect_service> wanted;
      if (!found)
        error = where_ + " is no Atrium node";
      else if (!system_->assignable(messages, system_->message_types(wanted)))
        error = where_ + " is a node of another version than this tool";
      else
        service_ = caf::actor_cast<inspect_service>(found);
    };
    auto fail = [&](const caf::error& why) {
      is_stuck_ = why == caf::sec::request_timeout;
      error
        = is_stuck_ ? no_answer() : explain(why, where_, remoting_.is_secure());
    };
    caf::scoped_actor self{*system_, true};
    self
      ->request(connector(), from_.timeout, caf::connect_atom::value,
                from_.node.host, from_.node.port)
      .receive(take, fail);
    return error;
  }

  std::string compare_versions() {
    std::string error;
    auto compare = [&](std::uint32_t theirs, std::string& id) {
      node_id_ = std::move(id);
      if (theirs != inspect_version)
        error = "node " + node_id_ + " speaks version " + std::to_string(theirs)
                + " of the inspection, this tool "
                + std::to_string(inspect_version)
                + ": use the tool of the node's version";
    };
    auto fail = [&](const caf::error& why) {
      is_stuck_ = why == caf::sec::request_timeout;
      error = is_stuck_ ? no_answer() : where_ + ": " + caf::to_string(why);
    };
    caf::scoped_actor self{*system_, true};
    self->request(service_, from_.timeout, version_atom::value, inspect_version)
      .receive(compare, fail);
    return error;
  }

  std::string no_answer() const {
    auto waited = static_cast<double>(from_.timeout.count()) / 1e3;
    return where_ + " does not answer within " + duration_text(waited)
           + (remoting_.is_secure() ? ""
                                    : "; does it want a certificate (--cert)?");
  }

  inspect_options from_;
  std::string where_;
  remoting remoting_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  inspect_service service_;
  std::string node_id_;
  bool is_stuck_ = false;
};

node_link::node_link(const inspect_options& from)
  : impl_(std::make_unique<impl>(from)) {
  // nop
}

node_link::~node_link() = default;

std::string node_link::connect() {
  return impl_->connect();
}

void node_link::ask(node_question what, std::function<void(node_answer)> then) {
  impl_->ask(std::move(what), std::move(then));
}

node_answer node_link::ask(node_question what) {
  return impl_->ask(std::move(what));
}

const std::string& node_link::node_id() const {
  return impl_->node_id();
}

bool node_link::is_stuck() const {
  return impl_->is_stuck();
}

} // namespace atrium::tool
