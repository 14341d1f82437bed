#pragma once
/// A report with one of each thing that a report can hold.

#include "graphwitness/report/report.h"

namespace graphwitness {

inline SourceSpan span(std::string file, std::uint32_t line, std::uint32_t column, std::uint32_t end,
                       std::string text) {
  return {file, file, line, column, end, std::move(text), false};
}

inline Finding sample_finding() {
  const std::string line = "        if input.sum() > 0:";
  Finding finding;
  finding.rule = "data-dependent-branch";
  finding.severity = Severity::error;
  finding.message = "the arm is chosen by the data of `input`";
  finding.at = span("my_module.py", 11, 9, 28, line);
  finding.stack = {{span("main.py", 3, 5, 0, ""), "forward"}};
  finding.function = "forward";
  finding.module = "encoder";
  finding.node = "%7";
  finding.provenance = {"data"};
  finding.inputs = {"input"};
  finding.keeps = "the arm that the example takes";
  finding.loses = "the other arm, `weight + input`";
  finding.trail = {
      {span("my_module.py", 10, 0, 0, ""), {}, "%input", "input", "the input `input`"},
      {span("my_module.py", 11, 12, 23, line), {}, "%5", "aten::sum", ""},
      {span("my_module.py", 11, 12, 27, line), {}, "%6", "aten::gt", "decides"},
  };
  finding.occurrences = {span("other.py", 2, 1, 0, "")};
  finding.fix = "use `torch.where`";
  finding.op = "prim::If";
  finding.fingerprint = "0123456789abcdef";
  return finding;
}

inline Report sample_report() {
  ModelReport checked{"m.pt", "torchscript", "", {{"forward", "scripted"}}, {sample_finding()}};
  Finding note = sample_finding();
  note.severity = Severity::note;
  checked.findings.push_back(note);
  Finding silenced = sample_finding();
  silenced.suppressed = Suppression{Suppression::By::comment, "the caller never sends negative sums"};
  checked.findings.push_back(silenced);
  const ModelReport broken{"b.pt", "unknown", "`b.pt` is a text file", {}, {}};
  const ModelReport clean{"c.onnx", "onnx", "", {{"main_graph", "exported"}}, {}};
  return {{checked, broken, clean}, "", {}};
}

}  // namespace graphwitness
