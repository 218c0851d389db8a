#include "atrium/net/websocket/frame_reader.hpp"

#include "atrium/broker/util/utf8.hpp"

#include <algorithm>
#include <cstring>

namespace atrium {

namespace {

constexpr unsigned final_bit = 0x80;
constexpr unsigned reserved_bits = 0x70;
constexpr unsigned opcode_bits = 0x0F;
constexpr unsigned control_bit = 0x08;
constexpr unsigned mask_bit = 0x80;

constexpr unsigned continuation = 0;
constexpr unsigned text_opcode = 1;
constexpr unsigned binary_opcode = 2;
constexpr unsigned close_opcode = 8;
constexpr unsigned ping_opcode = 9;
constexpr unsigned pong_opcode = 10;

constexpr std::size_t key_size = 4;
constexpr unsigned two_more = 126; // bytes of length
constexpr unsigned eight_more = 127;

std::size_t length_bytes(unsigned second) {
  auto length = second & ~mask_bit;
  return length == eight_more ? 8 : length == two_more ? 2 : 0;
}

} // namespace

// Inline, as each frame asks a dozen times, and GCC inlines no other function
// into code that may be part of a shared library.

inline std::size_t frame_reader::head_length() const {
  if (head_size_ < 2)
    return 2;
  return 2 + length_bytes(head_[1])
         + ((head_[1] & mask_bit) != 0 ? key_size : 0);
}

inline unsigned frame_reader::opcode() const {
  return head_[0] & opcode_bits;
}

inline bool frame_reader::is_control() const {
  return (head_[0] & control_bit) != 0;
}

inline bool frame_reader::is_final() const {
  return (head_[0] & final_bit) != 0;
}

frame_reader::found frame_reader::take(std::span<char>& in) {
  release();
  for (;;) {
    if (!in_frame_) {
      if (!take_head(in))
        return found::nothing;
      if (auto result = begin_frame(); result != found::nothing)
        return result;
    }
    if (auto result = take_payload(in); result != found::nothing)
      return result;
    if (in_frame_)
      return found::nothing; // its rest has not come
  }
}

void frame_reader::release() {
  payload_ = {};
  if ((message_ == content::none || skips_) && !kept_.empty()) {
    std::string{}.swap(kept_); // an assignment would keep the memory
    checked_ = 0;
  }
  if (!in_frame_ && !control_.empty())
    std::string{}.swap(control_);
}

// -- heads --------------------------------------------------------------------

bool frame_reader::take_head(std::span<char>& in) {
  // Mostly all of it has come, and more: a copy of a fixed size is the
  // cheapest.
  if (head_size_ == 0 && in.size() >= longest_head) {
    std::memcpy(head_.data(), in.data(), longest_head);
    head_size_ = 2;
    head_size_ = static_cast<std::uint8_t>(head_length());
    in = in.subspan(head_size_);
    return true;
  }
  // Byte by byte: a read may end anywhere in a head.
  while (head_size_ < head_length()) {
    if (in.empty())
      return false;
    head_[head_size_++] = static_cast<unsigned char>(in.front());
    in = in.subspan(1);
  }
  return true;
}

void frame_reader::read_length() {
  auto bytes = length_bytes(head_[1]);
  missing_ = bytes == 0 ? head_[1] & ~mask_bit : 0;
  for (std::size_t i = 0; i < bytes; ++i)
    missing_ = missing_ << 8 | head_[2 + i];
}

// Returns `closed` if there is none.
frame_reader::error frame_reader::flaw_of_head() const {
  if ((head_[0] & reserved_bits) != 0)
    return error::bad_reserved_bits; // no extension is spoken
  if (is_control()) {
    if (opcode() > pong_opcode)
      return error::bad_opcode;
    if (!is_final())
      return error::bad_control_fragment;
    if (missing_ >= two_more)
      return error::bad_control_size;
  } else {
    if (opcode() > binary_opcode)
      return error::bad_opcode;
    if (opcode() == continuation && message_ == content::none)
      return error::bad_continuation;
    if (opcode() != continuation && message_ != content::none)
      return error::bad_data_frame;
  }
  if ((head_[1] & mask_bit) == 0)
    return error::bad_unmasked_frame;
  // A length has one form only, the shortest one.
  auto bytes = length_bytes(head_[1]);
  if ((bytes == 2 && missing_ < two_more) || (bytes == 8 && missing_ <= 0xFFFF))
    return error::bad_size;
  auto before = opcode() == continuation ? size_ : 0;
  if (!is_control() && missing_ > longest_ - before)
    return error::message_too_big; // before it has come
  return error::closed;
}

frame_reader::found frame_reader::begin_frame() {
  in_frame_ = true;
  phase_ = 0;
  read_length();
  if (auto flaw = flaw_of_head(); flaw != error::closed)
    return fail(flaw);
  if (is_control() || !is_final())
    ++extra_;
  if (is_control())
    return found::nothing;
  size_ = missing_ + (opcode() == continuation ? size_ : 0);
  if (opcode() != continuation)
    message_ = opcode() == text_opcode ? content::text : content::other;
  auto is_refused = opcode() == binary_opcode && !skips_;
  return is_refused ? found::binary : found::nothing;
}

// -- payloads -----------------------------------------------------------------

frame_reader::found frame_reader::take_payload(std::span<char>& in) {
  auto n = std::min<std::uint64_t>(missing_, in.size());
  auto part = in.first(n);
  in = in.subspan(n);
  auto is_ascii = unmask(part);
  missing_ -= n;
  if (missing_ == 0) {
    in_frame_ = false;
    head_size_ = 0;
  }
  std::string_view bytes{part.data(), part.size()};
  return is_control() ? take_control(bytes) : take_data(bytes, is_ascii);
}

// RFC 6455, section 5.3. Four words at a time, for which compilers use vectors.
// Returns whether the bytes are ASCII then, which saves a walk over most texts.
bool frame_reader::unmask(std::span<char> bytes) {
  std::array<unsigned char, 2 * key_size> key;
  auto* first = &head_[head_length() - key_size];
  std::memcpy(key.data(), first, key_size);
  std::memcpy(key.data() + key_size, first, key_size);
  std::uint32_t turned = 0; // the key from the next byte on
  std::memcpy(&turned, key.data() + phase_, sizeof(turned));
  phase_ = static_cast<std::uint8_t>((phase_ + bytes.size()) % key_size);
  auto mask = std::uint64_t{turned} << 32U | turned;
  std::array<std::uint64_t, 4> all{}; // all bits that are set
  auto apply = [&](auto words) {
    std::memcpy(&words, bytes.data(), sizeof(words));
    for (std::size_t i = 0; i < words.size(); ++i)
      all[i] |= words[i] ^= mask;
    std::memcpy(bytes.data(), &words, sizeof(words));
    bytes = bytes.subspan(sizeof(words));
  };
  using several = std::array<std::uint64_t, 4>;
  while (bytes.size() >= sizeof(several))
    apply(several{});
  using one = std::array<std::uint64_t, 1>;
  while (bytes.size() >= sizeof(one))
    apply(one{});
  std::memcpy(key.data(), &mask, sizeof(mask));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto x = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])
                                        ^ key[i]);
    all[0] |= x;
    bytes[i] = static_cast<char>(x);
  }
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  return ((all[0] | all[1] | all[2] | all[3]) & high_bits) == 0;
}

frame_reader::found frame_reader::take_control(std::string_view part) {
  if (in_frame_ || !control_.empty())
    control_.append(part);
  if (in_frame_)
    return found::nothing;
  payload_ = control_.empty() ? part : std::string_view{control_};
  return opcode() == close_opcode  ? found::close
         : opcode() == ping_opcode ? found::ping
                                   : found::pong;
}

frame_reader::found frame_reader::take_data(std::string_view part,
                                            bool is_ascii) {
  auto is_text = message_ == content::text && !skips_;
  auto is_whole = is_final() && !in_frame_;
  if (is_whole)
    message_ = content::none;
  if (!is_text)
    return found::nothing;
  if (!is_whole || !kept_.empty())
    kept_.append(part);
  payload_ = kept_.empty() ? part : std::string_view{kept_};
  return is_whole && is_ascii && kept_.empty() ? found::text
                                               : check_text(is_whole);
}

// Also of a message that has come in part: nobody sends the rest for nothing.
frame_reader::found frame_reader::check_text(bool is_whole) {
  auto unchecked = payload_.substr(checked_);
  if (is_whole)
    return is_utf8(unchecked) ? found::text : fail(error::bad_frame_payload);
  auto n = utf8_prefix(unchecked);
  if (!n)
    return fail(error::bad_frame_payload);
  checked_ += *n;
  return found::nothing;
}

frame_reader::found frame_reader::fail(error why) {
  mistake_ = why;
  return found::mistake;
}

} // namespace atrium
