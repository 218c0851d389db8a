#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace atrium {

/// What one node asks all.
struct question {
  std::string kind; ///< Such as "room".
  std::string name;
};

/// A question on its way.
struct asked {
  std::uint64_t id = 0; ///< Of the question, among those of its node.
  std::string run;      ///< Who asks.
  question what;
};

/// An answer on its way.
struct answered {
  std::uint64_t id = 0; ///< Of the question.
  std::string node;     ///< Who answers, and in which run.
  std::string run;
  std::string json; ///< One JSON value; empty: nothing of that name.
};

/// Why a packet cannot be used.
enum class cluster_packet_error : std::uint8_t {
  unknown, ///< Of another version or kind.
  malformed,
};

using cluster_packet = std::variant<asked, answered, cluster_packet_error>;

/// Version of the packets.
inline constexpr std::uint64_t cluster_packet_version = 1;

/// The longest question, its kind and name together, and the longest answer.
inline constexpr std::size_t max_question_bytes = 4'096;
inline constexpr std::size_t max_answer_bytes = std::size_t{256} << 10;

/// Returns the text of an answer that is only an error.
std::string error_answer(std::string_view code);

/// Returns `json` as it may be sent: one JSON value that is not too long, else
/// an error in its place; empty if it is empty.
std::string fit_answer(std::string json);

/// Make packets. Names that are not UTF-8 are sent empty.
std::string encode(const asked& x);
std::string encode(const answered& x); ///< With a `fit_answer`.

/// Reads a packet; any bytes will do.
cluster_packet decode_cluster_packet(std::string_view bytes);

} // namespace atrium
