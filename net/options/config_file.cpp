#include "atrium/net/options/config_file.hpp"

#include <algorithm>
#include <utility>

namespace atrium {

namespace {

constexpr std::string_view bare_key_characters
  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Reads a file from front to back. Functions that return a boolean put what
/// they read into `out` or the reason of a failure into `error_`.
class reader {
public:
  explicit reader(std::string_view text) : text_(text) {
    // nop
  }

  config_file run() {
    config_file out;
    // The first mistake ends the reading: later ones may only follow from it.
    for (skip_blank(); !text_.empty(); skip_blank())
      if (!read_entry(out.entries.emplace_back()))
        return {{}, error_, line_};
    return out;
  }

private:
  bool read_entry(config_entry& out) {
    out.line = line_;
    // Options have no sections: `[tls]` with `cert` below it would be read as
    // the unknown key `cert`, which says nothing of the mistake.
    if (text_.front() == '[')
      return fail("tables are not used here: write the key alone");
    if (!(is_quote(text_.front()) ? read_string(out.key) : read_key(out.key)))
      return false;
    skip_spaces();
    if (!accept('='))
      return fail(out.key + ": expected '=' after the key");
    skip_spaces();
    if (!read_value(out))
      return fail(out.key + ": " + error_);
    skip_spaces();
    if (!text_.empty() && text_.front() != '\n' && text_.front() != '#')
      return fail(out.key + ": unexpected text after the value");
    return true;
  }

  bool read_key(std::string& out) {
    out = take(text_.find_first_not_of(bare_key_characters));
    return !out.empty() || fail("expected a key");
  }

  bool read_value(config_entry& out) {
    if (text_.empty() || text_.front() == '\n' || text_.front() == '#')
      return fail("the value is missing");
    if (accept('['))
      return read_array(out);
    if (is_quote(text_.front()))
      return read_string(out.values.emplace_back());
    return read_word(out);
  }

  bool read_array(config_entry& out) {
    out.kind = option_kind::list;
    for (skip_blank(); !accept(']'); skip_blank()) {
      if (text_.empty() || !is_quote(text_.front()))
        return fail("an array holds strings, each in quotes");
      if (!read_string(out.values.emplace_back()))
        return false;
      skip_blank();
      if (!accept(',') && !text_.starts_with(']'))
        return fail("expected ',' or ']' in the array");
    }
    return true;
  }

  bool read_word(config_entry& out) {
    auto word = take(text_.find_first_of(" \t\r\n#,]"));
    if (word == "true" || word == "false") {
      out.kind = option_kind::toggle;
      out.values.emplace_back(word);
      return true;
    }
    auto digits = word.substr(word.starts_with('-') || word.starts_with('+'));
    if (!is_whole_number(digits))
      return fail("'" + std::string{word}
                  + "' is neither a string in quotes nor a whole number nor "
                    "true or false");
    out.kind = option_kind::number;
    // A minus stays: the range of the option refuses it in its own words.
    out.values.emplace_back(word.substr(word.starts_with('+')));
    std::erase(out.values.back(), '_');
    return true;
  }

  // As TOML has it: no zeros in front, which others read as octal; `_` between
  // digits only.
  static bool is_whole_number(std::string_view digits) {
    return !digits.empty() && digits.front() != '_' && digits.back() != '_'
           && digits.find("__") == std::string_view::npos
           && (digits.front() != '0' || digits.size() == 1)
           && digits.find_first_not_of("0123456789_") == std::string_view::npos;
  }

  static bool is_quote(char c) {
    return c == '"' || c == '\'';
  }

  bool read_string(std::string& out) {
    auto quote = text_.front();
    text_.remove_prefix(1);
    while (!text_.empty() && text_.front() != quote && text_.front() != '\n') {
      out += text_.front();
      text_.remove_prefix(1);
      if (quote == '"' && out.back() == '\\' && !unescape(out.back()))
        return false;
    }
    return accept(quote) || fail("the string is not closed on its line");
  }

  /// Replaces a backslash by what it makes of the next character.
  bool unescape(char& out) {
    constexpr std::string_view names = "\"\\tn";
    constexpr std::string_view meanings = "\"\\\t\n";
    auto i = text_.empty() ? names.npos : names.find(text_.front());
    if (i == names.npos)
      return fail(R"(only the escapes \" \\ \t \n are known)");
    text_.remove_prefix(1);
    out = meanings[i];
    return true;
  }

  std::string_view take(std::size_t count) {
    auto out = text_.substr(0, count);
    text_.remove_prefix(out.size());
    return out;
  }

  bool accept(char c) {
    if (!text_.starts_with(c))
      return false;
    text_.remove_prefix(1);
    return true;
  }

  void skip_spaces() {
    take(std::min(text_.find_first_not_of(" \t\r"), text_.size()));
  }

  /// Skips white space, line ends and comments.
  void skip_blank() {
    for (skip_spaces(); !text_.empty(); skip_spaces()) {
      if (text_.front() == '#')
        take(text_.find('\n'));
      else if (accept('\n'))
        ++line_;
      else
        return;
    }
  }

  bool fail(std::string reason) {
    error_ = std::move(reason);
    return false;
  }

  std::string_view text_;
  std::size_t line_ = 1;
  std::string error_;
};

} // namespace

config_file parse_config(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) // the byte order mark of some editors
    text.remove_prefix(3);
  return reader{text}.run();
}

} // namespace atrium
