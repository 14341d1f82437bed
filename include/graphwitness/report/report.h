#pragma once
/// What `check` has to say, finished: reporters only render it. One function for each format.

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "graphwitness/findings/finding.h"

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
};

struct FindingCounts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::size_t notes = 0;
};
/// Suppressed findings are not counted.
FindingCounts count_findings(const ModelReport& model);
FindingCounts count_findings(const Report& report);

struct TextOptions {
  bool color = false;
  bool summary = true;      ///< also the models without findings, and the last line
  bool full_notes = false;  ///< notes with their trail too, not only the line they are about
};

/// For people at a terminal or in a log. Models that could not be read are only counted: their error is for stderr.
void write_text(std::ostream& out, const Report& report, const TextOptions& options);

/// docs/check.schema.json describes it.
void write_json(std::ostream& out, const Report& report);

/// Gives each location the file name to show: relative to `source_root` where the recorded path, or the end of it, is
/// found there; as recorded otherwise.
void map_sources(Report& report, const std::string& source_root);

/// Gives findings the line of the Python file on this machine where the archive carries no text of it, as traced ones
/// do.
void add_source_lines(Report& report, const std::string& source_root);

}  // namespace graphwitness
