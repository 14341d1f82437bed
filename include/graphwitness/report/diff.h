#pragma once
/// What `diff` has to say, rendered. One function for each format.

#include <iosfwd>
#include <string>

#include "graphwitness/findings/graph_change.h"

namespace graphwitness {

struct DiffTextOptions {
  bool color = false;
  bool summary = true;       ///< also the line of counts, and that there is no difference
  bool shows_minor = false;  ///< also what is by design or harmless
};

/// For people: like a diff of texts, with the user's Python lines.
void write_diff_text(std::ostream& out, const DiffReport& report, const DiffTextOptions& options);

/// docs/diff.schema.json describes it.
void write_diff_json(std::ostream& out, const DiffReport& report);

/// As map_sources() and add_source_lines() of report.h.
void map_sources(DiffReport& report, const std::string& source_root);
void add_source_lines(DiffReport& report, const std::string& source_root);

}  // namespace graphwitness
