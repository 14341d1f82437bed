#pragma once
/// What `check` has to say, finished: reporters only render it. One function for each format.

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "graphwitness/findings/finding.h"
#include "graphwitness/report/results.h"

namespace graphwitness {

struct MethodReport {
  std::string name;
  std::string origin;  ///< "scripted", "traced", "mixed", "exported" or "unknown"
};

struct ModelReport {
  std::string path;
  std::string format;   ///< "torchscript", "onnx" or "unknown"
  std::string error{};  ///< one line that names the model; "": it was checked
  std::vector<MethodReport> methods{};
  std::vector<Finding> findings{};
  std::string against{};  ///< the other model of a pair; "": checked alone
  std::vector<MethodReport> against_methods{};
};

struct Report {
  std::vector<ModelReport> models;
  std::string source_root{};           ///< folder of the Python files; "": none
  std::vector<std::string> remarks{};  ///< things to know that are no findings, one line each
};

struct FindingCounts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t notes = 0;
};
/// Suppressed findings are not counted.
FindingCounts count_findings(const ModelReport& model);
FindingCounts count_findings(const Report& report);
/// "2 errors, 1 note", or "nothing found".
std::string counts_in_words(const FindingCounts& counts);

struct TextOptions {
  bool color = false;
  bool summary = true;      ///< also the models without findings, and the last line
  bool full_notes = false;  ///< notes with their trail too, not only the line they are about
};

/// For people at a terminal or in a log. Models that could not be read are only counted: their error is for stderr.
void write_text(std::ostream& out, const Report& report, const TextOptions& options);

/// docs/check.schema.json describes it.
void write_json(std::ostream& out, const Report& report);

/// As SARIF, workflow commands or Markdown: results.h writes it. `rules` are those that ran.
ResultLog results_of(const Report& report, std::vector<ResultRule> rules);

/// One test case for each rule that found something in a model, failed from `fail_on` up (none: never), and one that
/// passes for a model without findings.
void write_junit(std::ostream& out, const Report& report, std::optional<Severity> fail_on);

/// Gives each location the file name to show: relative to `source_root` where the recorded path, or the end of it, is
/// found there; as recorded otherwise.
void map_sources(Report& report, const std::string& source_root);

/// Gives findings the line of the Python file on this machine where the archive carries no text of it, as traced ones
/// do.
void add_source_lines(Report& report, const std::string& source_root);

}  // namespace graphwitness
