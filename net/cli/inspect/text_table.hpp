#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace atrium::tool {

/// A table of a terminal: a heading in capitals, columns aligned, numbers to
/// the right.
class text_table {
public:
  struct column {
    std::string title;
    bool number = false;
  };

  explicit text_table(std::vector<column> columns)
    : columns_(std::move(columns)) {
    // nop
  }

  /// Adds a row of one cell for each column; any text, also a hostile one.
  void add(const std::vector<std::string>& cells);

  bool empty() const {
    return rows_.empty();
  }

  std::size_t size() const {
    return rows_.size();
  }

  /// Returns heading and rows, without line breaks and without spaces at their
  /// ends. No line is wider than `width` columns (0: as wide as they are): the
  /// widest texts are cut first, numbers last.
  std::vector<std::string> lines(std::size_t width) const;

private:
  std::vector<std::size_t> widths() const;
  void fit(std::vector<std::size_t>& widths, std::size_t width) const;
  std::string line(const std::vector<std::string>& cells,
                   const std::vector<std::size_t>& widths) const;

  std::vector<column> columns_;
  std::vector<std::vector<std::string>> rows_; // printable
};

} // namespace atrium::tool
