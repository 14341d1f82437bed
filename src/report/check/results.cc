#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "graphwitness/report/report.h"

namespace graphwitness {
namespace {

/// Columns count bytes; those who read results count characters.
std::uint32_t in_characters(std::uint32_t column, const std::string& line) {
  if (column == 0) return 0;
  const std::string_view before = std::string_view(line).substr(0, std::min<std::size_t>(column - 1, line.size()));
  const auto inside =
      std::ranges::count_if(before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; });
  return column - static_cast<std::uint32_t>(inside);
}

class Places {
 public:
  Places(const Report& report, const ModelReport& model) : report_(report), model_(model) {}

  /// A place of which only the model is known is the model file.
  ResultPlace operator()(const SourceSpan& at, std::string node = {}, std::string message = {}) const {
    ResultPlace place{.file = at.file, .line = at.line, .node = std::move(node), .message = std::move(message)};
    if (at.file.empty()) place.file = model_.path;
    // From the current folder, as those who read results need it.
    if (at.under_root) place.file = (std::filesystem::path(report_.source_root) / at.file).lexically_normal().string();
    place.column = in_characters(at.column, at.text);
    place.end_column = in_characters(at.end_column, at.text);
    return place;
  }

 private:
  const Report& report_;
  const ModelReport& model_;
};

std::string qualified(const Finding& finding, const std::string& node) {
  std::string name;
  for (const std::string* part : {&finding.function, &finding.module, &node}) {
    if (part->empty()) continue;
    name += (name.empty() ? "" : "/") + *part;
  }
  return name;
}

std::string step_message(const TrailStep& step) {
  if (step.message.empty()) return step.op;
  return step.op.empty() || step.op == "input" ? step.message : step.op + ": " + step.message;
}

std::string details_of(const Finding& finding) {
  std::string text;
  const auto add = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", label, value);
  };
  add("keeps", finding.keeps);
  add("loses", finding.loses);
  add("fix", finding.fix);
  return text;
}

Result result_of(const Finding& finding, const ModelReport& model, const Places& places) {
  Result result{.rule = finding.rule,
                .severity = finding.severity,
                .message = finding.message,
                .details = details_of(finding),
                .model = model.path,
                .at = places(finding.at, qualified(finding, finding.node)),
                .fingerprint = finding.fingerprint,
                .suppressed = finding.suppressed};
  for (const TrailStep& step : finding.trail) {
    result.flow.push_back(places(step.at, qualified(finding, step.node), step_message(step)));
  }
  for (const StackFrame& frame : finding.stack) result.stack.push_back(places(frame.at, {}, frame.function));
  for (const SourceSpan& at : finding.occurrences) result.related.push_back(places(at, {}, "the same here"));
  return result;
}

}  // namespace

ResultLog results_of(const Report& report, std::vector<ResultRule> rules) {
  ResultLog log{.rules = std::move(rules), .targets = {}, .results = {}, .remarks = report.remarks};
  for (const ModelReport& model : report.models) {
    log.targets.push_back(
        {.model = model.path, .outcome = counts_in_words(count_findings(model)), .error = model.error});
    if (!model.error.empty()) log.errors.push_back(model.error);
    const Places places(report, model);
    for (const Finding& finding : model.findings) log.results.push_back(result_of(finding, model, places));
  }
  return log;
}

}  // namespace graphwitness
