#include "atrium/broker/redis/resp.hpp"

#include "atrium/broker/redis/flat_reply.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <vector>

namespace atrium {

namespace {

// Gathers the short parts of a command: each call of `append` costs more than
// most of them. Long ones are not copied twice. To be flushed at the end.
class command_writer {
public:
  explicit command_writer(std::string& out) : out_(out) {
    // nop
  }

  void count(char kind, std::size_t n) {
    constexpr std::size_t digits = 20;
    if (left() < digits + 3)
      flush();
    *end_++ = kind;
    end_ = std::to_chars(end_, end_ + digits, n).ptr;
    line_end();
  }

  void argument(std::string_view x) {
    count('$', x.size());
    if (x.size() > most_copied || x.size() + 2 > left())
      flush();
    if (x.size() > most_copied)
      out_.append(x);
    else
      end_ = std::copy(x.begin(), x.end(), end_);
    line_end();
  }

  void flush() {
    out_.append(parts_.data(), parts_.size() - left());
    end_ = parts_.data();
  }

private:
  static constexpr std::size_t most_copied = 96;

  std::size_t left() const {
    return static_cast<std::size_t>(parts_.data() + parts_.size() - end_);
  }

  void line_end() {
    *end_++ = '\r';
    *end_++ = '\n';
  }

  std::string& out_;
  std::array<char, 256> parts_;
  char* end_ = parts_.data();
};

resp_type to_resp_type(int type) noexcept {
  switch (type) {
  case REDIS_REPLY_STRING:
    return resp_type::string;
  case REDIS_REPLY_ARRAY:
    return resp_type::array;
  case REDIS_REPLY_INTEGER:
    return resp_type::integer;
  case REDIS_REPLY_STATUS:
    return resp_type::status;
  case REDIS_REPLY_ERROR:
    return resp_type::error;
  default:
    return resp_type::nil;
  }
}

struct free_reader {
  void operator()(redisReader* reader) const noexcept {
    redisReaderFree(reader);
  }
};

} // namespace

std::string_view loggable(std::string_view error) noexcept {
  return error.substr(0, error.find(", with args beginning with"));
}

bool is_not_ready(resp_reply reply) noexcept {
  static constexpr std::array<std::string_view, 5> codes
    = {"LOADING ", "BUSY ", "MASTERDOWN ", "CLUSTERDOWN ", "TRYAGAIN "};
  auto text = reply.front().text;
  return is_error(reply) && std::ranges::any_of(codes, [text](auto code) {
           return text.starts_with(code);
         });
}

void append_command_head(std::string& out, std::size_t args) {
  command_writer to{out};
  to.count('*', args);
  to.flush();
}

void append_argument(std::string& out, std::string_view arg) {
  command_writer to{out};
  to.argument(arg);
  to.flush();
}

void append_command(std::string& out,
                    std::initializer_list<std::string_view> args) {
  command_writer to{out};
  to.count('*', args.size());
  for (auto arg : args)
    to.argument(arg);
  to.flush();
}

// The parser of hiredis gets what is not flat, or not whole yet. It calls back
// for each value; instead of a tree of objects we keep a list of nodes, with
// all texts in one string.
struct resp_reader::impl {
  // Text is copied: the parser may move its buffer while a reply is incomplete.
  std::string arena;
  std::vector<std::size_t> offsets;
  std::vector<resp_node> nodes;
  flat_reply flat;
  std::unique_ptr<redisReader, free_reader> parser;

  impl() {
    // Static, because the parser keeps the pointer. No object has to be freed:
    // each one is the address of this reader.
    static redisReplyObjectFunctions callbacks
      = {on_string, on_array, on_integer, on_nil, [](void*) {}};
    parser.reset(redisReaderCreateWithFunctions(&callbacks));
    if (!parser)
      throw std::bad_alloc{};
    // The address is stable: a move of the resp_reader moves only its pointer.
    parser->privdata = this;
  }

  // The result is what the parser takes for the object: any address means
  // success, null means out of memory. Nothing may be thrown through C.
  static void* add(const redisReadTask* task, int type, long long value,
                   std::string_view text) noexcept {
    auto& self = *static_cast<impl*>(task->privdata);
    try {
      // A value without a parent begins the next reply.
      if (task->parent == nullptr)
        self.clear();
      self.offsets.push_back(self.arena.size());
      self.arena.append(text);
      // The pointer of `text` is invalid until `bind_texts`; only its size
      // counts.
      self.nodes.push_back({to_resp_type(type), value, text});
      return &self;
    } catch (...) {
      return nullptr;
    }
  }

  static void* on_string(const redisReadTask* task, char* text,
                         std::size_t size) {
    return add(task, task->type, 0, {text, size});
  }

  // From hiredis 1.0 on `items` is a size_t, and the table has more functions.
  static void* on_array(const redisReadTask* task, int items) {
    return add(task, task->type, items, {});
  }

  static void* on_integer(const redisReadTask* task, long long value) {
    return add(task, task->type, value, {});
  }

  // Not `task->type`: for a missing value (`$-1`, `*-1`) that is string or
  // array.
  static void* on_nil(const redisReadTask* task) {
    return add(task, REDIS_REPLY_NIL, 0, {});
  }

  void clear() noexcept {
    arena.clear();
    offsets.clear();
    nodes.clear();
  }

  // Only now the arena stays where it is.
  void bind_texts() noexcept {
    for (std::size_t i = 0; i < nodes.size(); ++i)
      nodes[i].text = {arena.data() + offsets[i], nodes[i].text.size()};
  }
};

resp_reader::resp_reader() : impl_(std::make_unique<impl>()) {
  // nop
}

resp_reader::~resp_reader() = default;

resp_reader::resp_reader(resp_reader&&) noexcept = default;

resp_reader& resp_reader::operator=(resp_reader&&) noexcept = default;

bool resp_reader::is_idle() const noexcept {
  auto& parser = *impl_->parser;
  return parser.ridx == -1 && parser.pos == parser.len && parser.err == 0;
}

resp_reply resp_reader::take_flat(std::string_view& bytes) {
  return impl_->flat.take(bytes);
}

bool resp_reader::append(std::string_view part) {
  return redisReaderFeed(impl_->parser.get(), part.data(), part.size())
         == REDIS_OK;
}

// An error returns the same as an incomplete reply; `feed` checks for it
// (`is_broken`). hiredis 0.14 fails on arrays nested more than seven deep; no
// command here has such an answer.
resp_reply resp_reader::next() {
  void* done = nullptr;
  if (redisReaderGetReply(impl_->parser.get(), &done) != REDIS_OK
      || done == nullptr)
    return {};
  impl_->bind_texts();
  return impl_->nodes;
}

bool resp_reader::is_broken() const noexcept {
  return impl_->parser->err != 0;
}

} // namespace atrium
