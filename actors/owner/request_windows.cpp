#include "atrium/actors/owner/request_windows.hpp"

#include <charconv>
#include <utility>

namespace atrium {

namespace {

// Fields of the state: `w:RUN` is stream and last number, `a:RUN.NUMBER` the
// answer; empty: there will be one.

std::string window_field(const std::string& run) {
  return "w:" + run;
}

std::string answer_field(const std::string& run, std::uint64_t number) {
  return "a:" + run + '.' + std::to_string(number);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t result = 0;
  auto end = text.data() + text.size();
  auto [at, error] = std::from_chars(text.data(), end, result);
  return error == std::errc{} && at == end ? std::optional{result}
                                           : std::nullopt;
}

// Two parts with a mark between them, of which the second is a number.
std::optional<std::pair<std::string_view, std::uint64_t>>
split(std::string_view text, char mark) {
  auto at = text.find(mark);
  if (at == std::string_view::npos)
    return std::nullopt;
  auto number = number_in(text.substr(at + 1));
  if (!number)
    return std::nullopt;
  return std::pair{text.substr(0, at), *number};
}

// The notes' own text, so that there is one form of it.
std::string save(const room_note& x) {
  return encode_notes({1, {x}});
}

std::optional<room_note> load(const std::string& text) {
  auto notes = decode_notes(text);
  if (!notes || notes->notes.size() != 1)
    return std::nullopt;
  return std::move(notes->notes.front());
}

} // namespace

auto request_windows::window_of(const request_mark& x) const -> const window* {
  auto i = windows_.find(x.run);
  return i != windows_.end() && i->second.stream == x.stream ? &i->second
                                                             : nullptr;
}

auto request_windows::window_of(const request_mark& x) -> window* {
  return const_cast<window*>(std::as_const(*this).window_of(x));
}

auto request_windows::find(const request_mark& x) const -> place {
  auto* known = window_of(x);
  if (known == nullptr)
    return place::strange;
  if (x.number <= known->last)
    return place::repeated;
  return x.number == known->last + 1 ? place::next : place::early;
}

std::uint64_t request_windows::last(const request_mark& x) const {
  auto* known = window_of(x);
  return known != nullptr ? known->last : 0;
}

bool request_windows::is_newer(const request_mark& x) const {
  auto i = windows_.find(x.run);
  return i == windows_.end() || i->second.stream < x.stream;
}

void request_windows::begin(const request_mark& x, word_draft& out) {
  drop(x.run, out);
  windows_[x.run].stream = x.stream;
}

void request_windows::take(const request_mark& x, word_draft& out) {
  auto* known = window_of(x);
  known->last = x.number;
  known->answers.emplace(x.number, std::nullopt);
  out.change(window_field(x.run),
             std::to_string(x.stream) + ' ' + std::to_string(x.number));
  out.change(answer_field(x.run, x.number), std::string{});
}

void request_windows::answer(const room_note& x, word_draft& out) {
  auto* known = window_of(x.to);
  if (known == nullptr)
    return;
  auto i = known->answers.find(x.to.number);
  if (i == known->answers.end())
    return;
  i->second = x;
  out.change(answer_field(x.to.run, x.to.number), save(x));
}

std::optional<room_note>
request_windows::answer_to(const request_mark& x) const {
  auto* known = window_of(x);
  if (known == nullptr)
    return std::nullopt;
  auto i = known->answers.find(x.number);
  return i != known->answers.end() ? i->second : std::nullopt;
}

void request_windows::acknowledge(const request_mark& first, word_draft& out) {
  auto* known = window_of(first);
  if (known == nullptr)
    return;
  auto& all = known->answers;
  while (!all.empty() && all.begin()->first < first.number) {
    out.drop(answer_field(first.run, all.begin()->first));
    all.erase(all.begin());
  }
}

void request_windows::drop(const std::string& run, word_draft& out) {
  auto gone = windows_.extract(run);
  if (gone.empty())
    return;
  out.drop(window_field(run));
  for (auto& [number, note] : gone.mapped().answers)
    out.drop(answer_field(run, number));
}

std::vector<std::string> request_windows::runs() const {
  std::vector<std::string> result;
  for (auto& [run, x] : windows_)
    result.push_back(run);
  return result;
}

std::optional<request_mark>
request_windows::mark_of(const std::string& run) const {
  auto i = windows_.find(run);
  if (i == windows_.end())
    return std::nullopt;
  return request_mark{run, i->second.stream, i->second.last};
}

bool request_windows::restore(std::string_view field,
                              const std::string& value) {
  auto is_window = field.starts_with("w:");
  if (!is_window && !field.starts_with("a:"))
    return false;
  field.remove_prefix(2);
  if (is_window) {
    auto stream = split(value, ' ');
    auto number = stream ? number_in(stream->first) : std::nullopt;
    if (!number)
      return true;
    auto& to = windows_[std::string{field}];
    to.stream = *number;
    to.last = stream->second;
  } else if (auto name = split(field, '.')) {
    windows_[std::string{name->first}].answers.emplace(name->second,
                                                       load(value));
  }
  return true;
}

std::vector<request_mark> request_windows::unanswered() const {
  std::vector<request_mark> result;
  for (auto& [run, x] : windows_)
    for (auto& [number, note] : x.answers)
      if (!note)
        result.push_back({run, x.stream, number});
  return result;
}

} // namespace atrium
