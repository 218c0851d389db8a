#pragma once

#include "atrium/net/inspector/inspector_context.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>

namespace atrium {

/// JSON that keeps the order in which it was made.
using json = nlohmann::ordered_json;

/// Returns the text of `x`; names that are not UTF-8 cannot break it.
std::string dump(const json& x);

/// Sorts objects by the number under `key`.
void sort_by(json& xs, const char* key);

/// Answers with a problem.
void refuse(inspect_answer& to, std::uint16_t status, const char* code,
            const std::string& message);

inline void refuse_unknown(inspect_answer& to) {
  refuse(to, 404, "not_found", "there is nothing of that name");
}

/// What several actors say, gathered into one answer. Ends when the last one
/// has spoken or had its time, which is also when the last copy of the shared
/// pointer goes: every request keeps one.
class gathering {
public:
  using ptr = std::shared_ptr<gathering>;

  /// How long an actor may take; then it is stuck.
  static constexpr std::chrono::milliseconds patience{500};

  gathering(inspector_actor::pointer self, inspect_answer to)
    : self_(self), to_(std::move(to)) {
    // nop
  }

  gathering(const gathering&) = delete;
  gathering& operator=(const gathering&) = delete;

  ~gathering();

  /// Asks `who` for its state; `then` gets the gathering and that, or what can
  /// be said of an actor that is stuck or gone.
  static void observe(const ptr& all, const observable_actor& who,
                      std::function<void(const ptr&, json)> then);

  /// The same for every lane. One that is stuck, and cannot say its name, is
  /// named all the same.
  static void observe_lanes(const ptr& all, const environment& env,
                            const std::function<void(const ptr&, json)>& then);

  /// Asks for the parts of `who` and for the state of each; `then` gets the
  /// name of a part, too.
  static void
  observe_parts(const ptr& all, const composite_actor& who,
                std::function<void(const ptr&, const std::string&, json)> then);

  /// Asks anything else; without an answer `otherwise` is called in place of
  /// `then`, and the result is partial.
  template <class Handle, class Question, class Then, class Otherwise>
  static void ask(const ptr& all, const Handle& who, Question what, Then then,
                  Otherwise otherwise) {
    using reply = typename answer_to<Question>::type;
    all->self_->request(who, patience, std::move(what))
      .then([all, then](reply& x) { then(all, x); },
            [all, otherwise](caf::error&) {
              all->result["partial"] = true;
              otherwise(all);
            });
  }

  template <class Handle, class Question, class Then>
  static void ask(const ptr& all, const Handle& who, Question what, Then then) {
    ask(all, who, std::move(what), std::move(then), [](const ptr&) {});
  }

  /// Runs before the answer leaves.
  std::function<void(gathering&)> finish;

  json result = json::object();
  std::uint16_t status = 200;

private:
  template <class Question>
  struct answer_to {
    using type = children;
  };

  inspector_actor::pointer self_;
  inspect_answer to_;
};

template <>
struct gathering::answer_to<list_busiest> {
  using type = busy_rooms;
};

template <>
struct gathering::answer_to<list_members> {
  using type = members_page;
};

} // namespace atrium
