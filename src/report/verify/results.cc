#include <fmt/format.h>

#include <string_view>

#include "graphwitness/report/verify.h"
#include "report/verify/sentences.h"

namespace graphwitness {
namespace {

constexpr const char* kRefuted = "trace-differs";
constexpr const char* kUndecided = "undecided-verdict";

ResultPlace place_of(const DecisionChange& change, const std::string& model) {
  return {.file = change.file.empty() ? model : change.file,
          .line = change.line,
          .message = fmt::format("{}: {} becomes {}", change.kind, change.from, change.to)};
}

void add_line(std::string& text, std::string_view label, const std::string& line) {
  text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", label, line);
}

/// Where the two part: the first decision that came out otherwise.
void add_witness(const WitnessReport& witness, Result& result) {
  for (const DecisionChange& change : witness.decisions) result.flow.push_back(place_of(change, result.model));
  if (!result.flow.empty()) result.at = result.flow.front();
  for (const std::string& change : witness.changes) add_line(result.details, "changes", change);
  if (!witness.folder.empty()) add_line(result.details, "witness", witness.folder);
}

void add_scope(const VerificationReport& report, std::string_view scope, const ScopeReport& of_scope, bool strict,
               ResultLog& log) {
  if (of_scope.verdict == Verdict::proved) return;
  const bool refuted = of_scope.verdict == Verdict::refuted;
  Result result{.rule = refuted ? kRefuted : kUndecided,
                .severity = refuted  ? Severity::error
                            : strict ? Severity::warning
                                     : Severity::note,
                .message = sentence(scope, of_scope),
                .model = report.scripted,
                .at = {.file = report.scripted},
                .fingerprint = fmt::format("{}:{}:{}", report.scripted, report.method, scope)};
  if (!report.traced.empty()) result.related.push_back({.file = report.traced, .message = "the trace"});
  for (const std::string& reason : of_scope.reasons) add_line(result.details, "because", reason);
  if (of_scope.witness) add_witness(*of_scope.witness, result);
  log.results.push_back(std::move(result));
}

}  // namespace

ResultLog results_of(const VerificationReport& report, bool strict) {
  ResultLog log{
      .rules = {{.id = kRefuted, .summary = "there is an input on which the trace computes something else"},
                {.id = kUndecided, .summary = "neither a proof nor a witness was found"}},
      .targets = {{.model = report.scripted,
                   .outcome = fmt::format("same shapes: {}, other shapes: {}", name_of(report.same_shapes.verdict),
                                          name_of(report.other_shapes.verdict))}},
      .results = {}};
  add_scope(report, "same shapes", report.same_shapes, strict, log);
  add_scope(report, "other shapes", report.other_shapes, strict, log);
  return log;
}

}  // namespace graphwitness
