#pragma once
/// Comments in the user's Python that silence findings, over all models of a call.
///
/// A comment is looked for where the Python lies: below the source root, under the recorded path, or else in the text
/// that the archive carries. Where the file has changed since the export, the line is the nearest one with the same
/// code. Limit: a comment is called unused only in code that one of the models carries.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gate/ignore_comment.h"
#include "graphwitness/ir/graph.h"
#include "graphwitness/report/report.h"
#include "python/files.h"

namespace graphwitness::gate {

class Comments {
 public:
  /// `all_rules` are the names that there are, `run_rules` those that ran.
  Comments(const std::string& source_root, std::span<const std::string_view> all_rules,
           std::span<const std::string_view> run_rules);
  ~Comments();

  /// Marks findings as suppressed that a comment silences.
  void apply(ModelReport& report, const Graph& graph);

  /// One line for each name in a comment that silenced nothing, by file and line.
  std::vector<std::string> unused() const;

 private:
  struct Source;

  Source& source(const std::string& file, std::uint32_t first_line, std::string_view text);
  std::vector<Source*> sources_of(const std::string& file, const Graph& graph);
  void note_carried_lines(const Graph& graph);
  bool silence(Finding& finding, Source& source);

  python::Files files_;
  std::set<std::string, std::less<>> all_rules_;
  std::set<std::string, std::less<>> run_rules_;
  /// By file and text: models of one name may carry different texts.
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Source>> sources_;
};

}  // namespace graphwitness::gate
