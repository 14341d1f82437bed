#include <fmt/format.h>

#include <ostream>
#include <string_view>

#include "graphwitness/report/results.h"
#include "support/escape.h"

namespace graphwitness {
namespace {

std::string_view command_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "notice";
}

std::string properties_of(const ResultPlace& at, const std::string& title) {
  std::string text = "file=" + escape_workflow_property(at.file);
  if (at.line != 0) text += fmt::format(",line={}", at.line);
  if (at.column != 0) text += fmt::format(",col={}", at.column);
  if (at.column != 0 && at.end_column > at.column) text += fmt::format(",endColumn={}", at.end_column);
  return text + ",title=" + escape_workflow_property(title);
}

}  // namespace

void write_workflow_commands(std::ostream& out, const ResultLog& log) {
  for (const Result& result : log.results) {
    if (result.suppressed) continue;
    const std::string message = result.details.empty() ? result.message : result.message + "\n" + result.details;
    out << fmt::format("::{} {}::{}\n", command_of(result.severity), properties_of(result.at, result.rule),
                       escape_workflow_data(message));
  }
  for (const std::string& error : log.errors) {
    out << fmt::format("::error title=graphwitness::{}\n", escape_workflow_data(error));
  }
  for (const std::string& remark : log.remarks) {
    out << fmt::format("::notice title=graphwitness::{}\n", escape_workflow_data(remark));
  }
}

}  // namespace graphwitness
