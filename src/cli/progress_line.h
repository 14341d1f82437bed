#pragma once
/// One line on a terminal that says how far the work is, written over and over, and gone at the end.

#include <ostream>
#include <string_view>

namespace graphwitness {

class ProgressLine {
 public:
  ProgressLine(std::ostream& err, bool shown) : err_(err), shown_(shown) {}
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void say(std::string_view text);

 private:
  std::ostream& err_;
  bool shown_;
  bool used_ = false;
};

}  // namespace graphwitness
