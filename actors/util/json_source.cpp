#include "atrium/actors/util/json_source.hpp"

#include "atrium/broker/json/json_object.hpp"
#include "atrium/broker/json/json_scanner.hpp"

#include <charconv>
#include <cstddef>
#include <limits>

namespace atrium {

std::string json_fault::text() const {
  if (path.empty())
    return what;
  // The path of a member begins with the point behind what it is a member of.
  return path.substr(path.front() == '.' ? 1 : 0) + ": " + what;
}

bool json_source::fail(std::string_view what) const {
  fault_->what = what;
  fault_->path.clear();
  return false;
}

bool json_source::read(bool& out) const {
  if (text_ != "true" && text_ != "false")
    return fail("neither true nor false");
  out = text_ == "true";
  return true;
}

template <class Number>
bool json_source::read_integer(Number& out) const {
  auto end = text_.data() + text_.size();
  Number x{};
  auto [at, error] = std::from_chars(text_.data(), end, x);
  if (error == std::errc::result_out_of_range)
    return fail("out of range");
  if (error != std::errc{} || at != end) {
    double number = 0;
    if (is_null() || !read(number))
      return fail("not a number");
    return fail(number < 0 ? "out of range" : "not an integer");
  }
  out = x;
  return true;
}

bool json_source::read(std::int64_t& out) const {
  return read_integer(out);
}

bool json_source::read(std::uint64_t& out) const {
  return read_integer(out);
}

bool json_source::read(double& out) const {
  if (is_null()) {
    out = std::numeric_limits<double>::quiet_NaN();
    return true;
  }
  auto end = text_.data() + text_.size();
  double x = 0;
  auto [at, error] = std::from_chars(text_.data(), end, x);
  if (error == std::errc::result_out_of_range)
    return fail("out of range");
  if (error != std::errc{} || at != end)
    return fail("not a number");
  out = x;
  return true;
}

bool json_source::read(std::string& out) const {
  auto x = json_string(text_);
  if (!x)
    return fail(text_.starts_with('"') ? "half a character" : "not a text");
  out = std::move(*x);
  return true;
}

bool json_source::elements(const std::function<bool(json_source)>& take) const {
  json_scanner in{text_};
  if (!in.token('['))
    return fail("not an array");
  if (in.token(']'))
    return true;
  std::size_t i = 0;
  do {
    json_source element{in.take_value(json_object::max_depth), *fault_};
    if (!at('[' + std::to_string(i++) + ']', [&] { return take(element); }))
      return false;
  } while (in.token(','));
  return true;
}

bool json_source::members(
  const std::function<bool(std::string key, json_source)>& take) const {
  json_scanner in{text_};
  auto is_taken = true;
  auto is_object = in.only_object([&](std::string_view raw) {
    json_source value{in.take_value(json_object::max_depth), *fault_};
    auto quoted = std::string{'"'}.append(raw).append("\"");
    auto key = json_string(quoted);
    if (!key)
      is_taken = fail("half a character in a key");
    else
      is_taken = at('.' + *key, [&] { return take(*key, value); });
    return is_taken;
  });
  return is_object || (is_taken ? fail("not an object") : false);
}

bool json_source::member(std::string_view key,
                         std::optional<std::string_view>& out) const {
  auto x = json_object::parse(text_);
  if (!x)
    return fail("not an object");
  out = x->find(key);
  return true;
}

} // namespace atrium
