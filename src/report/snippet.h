#pragma once
/// A line of source with a mark under the part that matters, as compilers show it.
///
/// Columns count bytes, as LibTorch does. Limit: characters that take two columns of a terminal shift the mark.

#include <string>

#include "graphwitness/findings/finding.h"

namespace graphwitness {

struct Snippet {
  std::string line;  ///< "" when no source text is known; never holds control characters
  std::string mark;  ///< blanks, then `^~~~`; "" when the column is not known
};

/// Long lines are cut around the mark, and show where.
Snippet snippet_of(const SourceSpan& at);

}  // namespace graphwitness
