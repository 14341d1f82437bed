#include "cli/progress_line.h"

namespace graphwitness {

ProgressLine::~ProgressLine() {
  if (used_) err_ << "\r\x1b[K" << std::flush;
}

void ProgressLine::say(std::string_view text) {
  if (!shown_) return;
  used_ = true;
  err_ << "\r\x1b[K" << text << std::flush;
}

}  // namespace graphwitness
