#pragma once
/// How far a command is, for a person who waits: one line that is written over and over.

#include <cstddef>
#include <ostream>
#include <string_view>

namespace graphwitness {

class Progress {
 public:
  /// Shows nothing for a single step.
  Progress(std::ostream& err, std::size_t total, std::string_view noun, bool wanted)
      : err_(err), noun_(noun), total_(total), shown_(wanted && total > 1) {}
  ~Progress() {
    if (shown_ && done_ != 0) err_ << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step() {
    if (shown_) err_ << '\r' << ++done_ << " of " << total_ << ' ' << noun_ << std::flush;
  }

 private:
  std::ostream& err_;
  std::string_view noun_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_;
};

}  // namespace graphwitness
