#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "cli/check_options.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/remarks.h"
#include "cli/report_formats.h"
#include "cli/start/output.h"
#include "gate/baseline.h"
#include "gate/comments.h"
#include "gate/overrides.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/report/report.h"
#include "graphwitness/support/error.h"
#include "rules/pages/pages.h"
#include "rules/registry.h"
#include "rules/run.h"
#include "support/write_file.h"

namespace graphwitness {
namespace {

std::vector<MethodReport> methods_of(const Graph& graph) {
  std::vector<MethodReport> methods;
  for (const FunctionId id : graph.functions()) {
    methods.push_back({std::string(graph[graph[id].name]), std::string(name_of(graph[id].origin))});
  }
  return methods;
}

std::vector<std::string_view> names_of(std::span<const Rule* const> rules) {
  std::vector<std::string_view> names;
  for (const Rule* rule : rules) names.push_back(rule->id);
  return names;
}

/// Checks what was named, one model after the other.
class Checker {
 public:
  Checker(const CheckOptions& chosen, std::ostream& err)
      : chosen_(chosen),
        err_(err),
        comments_(chosen.rule_options.source_root, names_of(all_rules()), names_of(chosen.rules)) {}

  Report run() {
    chosen_.against.empty() ? check_each() : check_against();
    std::ranges::move(comments_.unused(), std::back_inserter(report_.remarks));
    const std::string& root = chosen_.rule_options.source_root;
    if (!root.empty()) map_sources(report_, root);
    add_source_lines(report_, root);
    return std::move(report_);
  }

  const Remarks& remarks() const { return remarks_; }

 private:
  void check_each() {
    FoundModels found = find_models(chosen_.models);
    for (const FolderError& error : found.errors)
      report_.models.push_back({.path = error.folder, .format = "unknown", .error = error.message});

    Progress progress(err_, found.paths.size(), "models", terminal_watches() && !chosen_.output.quiet);
    ModelLoader loader(std::move(found.paths), load_options(chosen_.load));
    while (const std::optional<LoadedModel> model = loader.next()) {
      report_.models.push_back(check_model(*model));
      if (model->graph) remarks_.add_from(model->path, *model->graph);
      progress.step();
    }
  }

  ModelReport check_model(const LoadedModel& model) {
    ModelReport report{.path = model.path, .format = std::string(name_of(model.format)), .error = model.error};
    if (!model.graph) return report;
    report.methods = methods_of(*model.graph);
    report.findings = run_rules(*model.graph, chosen_.rules, chosen_.rule_options);
    comments_.apply(report, *model.graph);
    return report;
  }

  /// Both are loaded side by side.
  void check_against() {
    ModelLoader loader({chosen_.models[0], chosen_.against}, load_options(chosen_.load));
    const LoadedModel model = *loader.next();
    const LoadedModel other = *loader.next();
    for (const LoadedModel* loaded : {&model, &other}) {
      if (loaded->graph) remarks_.add_from_loader(loaded->path, *loaded->graph);
    }
    report_.models.push_back(check_pair(model, other));
  }

  ModelReport check_pair(const LoadedModel& model, const LoadedModel& other) {
    ModelReport report{.path = model.path, .format = std::string(name_of(model.format)), .against = other.path};
    report.error = model.error.empty() ? other.error : model.error;
    if (!model.graph || !other.graph) return report;
    report.methods = methods_of(*model.graph);
    report.against_methods = methods_of(*other.graph);
    try {
      report.findings = run_rules_on_pair(*model.graph, *other.graph, chosen_.rules, chosen_.rule_options);
    } catch (const InputError& error) {
      report.error = fmt::format("`{}` against `{}`: {}", model.path, other.path, error.what());
    }
    comments_.apply(report, *model.graph);
    comments_.apply(report, *other.graph);
    return report;
  }

  const CheckOptions& chosen_;
  std::ostream& err_;
  gate::Comments comments_;
  Remarks remarks_;
  Report report_;
};

/// A baseline that is to be written, and does not exist yet, is an empty one.
gate::Baseline known_before(const CheckOptions& chosen) {
  const std::string& path = chosen.baseline;
  std::error_code ignored;
  const bool is_first = path == chosen.write_baseline && !std::filesystem::exists(path, ignored);
  return path.empty() || is_first ? gate::Baseline{.path = path} : gate::read_baseline(path);
}

/// Findings count unless a comment, the settings or the baseline say otherwise, in this order.
void weigh(const CheckOptions& chosen, const gate::Baseline& baseline, Report& report) {
  gate::apply_settings(report, chosen.settings, gate::local_date());
  if (baseline.path.empty()) return;
  const std::vector<std::string_view> rules = names_of(chosen.rules);
  const std::set<std::string, std::less<>> run_rules(rules.begin(), rules.end());
  for (const gate::BaselineEntry& gone : apply_baseline(report, baseline, run_rules)) {
    if (!chosen.write_baseline.empty()) break;  // it is left out there
    report.remarks.push_back(
        fmt::format("the baseline knows what is gone: {} in `{}`: {}; write it again with "
                    "`--write-baseline`",
                    gone.rule, gone.model, gone.message));
  }
}

void write_baseline(const CheckOptions& chosen, const gate::Baseline& before, const Report& report) {
  const std::vector<std::string_view> rules = names_of(chosen.rules);
  const gate::Baseline baseline = new_baseline(report, chosen.write_baseline, before, {rules.begin(), rules.end()});
  write_whole_file(chosen.write_baseline, to_text(baseline));
}

std::vector<ResultRule> described(std::span<const Rule* const> rules) {
  std::vector<ResultRule> described;
  for (const Rule* rule : rules) {
    described.push_back({std::string(rule->id), std::string(rule->summary), std::string(rule_page(rule->id))});
  }
  return described;
}

void write_report(std::ostream& out, const std::string& format, bool color, const CheckOptions& chosen,
                  const Report& report) {
  if (format == "json") return write_json(out, report);
  if (format == "junit") return write_junit(out, report, chosen.fail_on);
  if (is_result_format(format)) return write_results(out, format, results_of(report, described(chosen.rules)));
  write_text(out, report,
             {.color = color, .summary = !chosen.output.quiet, .full_notes = chosen.fail_on == Severity::note});
}

void write_report_files(const CheckOptions& chosen, const Report& report) {
  for (const ReportFile& file : chosen.reports) {
    std::ostringstream text;
    write_report(text, file.format, false, chosen, report);
    write_whole_file(file.file, std::move(text).str());
  }
}

int exit_status(const CheckOptions& chosen, const Report& report) {
  bool fails = false;
  for (const ModelReport& model : report.models) {
    if (!model.error.empty()) return exit_error;
    fails = fails || std::ranges::any_of(model.findings, [&](const Finding& finding) {
              return !finding.suppressed && chosen.fail_on && finding.severity >= *chosen.fail_on;
            });
  }
  return fails && chosen.write_baseline.empty() ? exit_findings : exit_done;
}

}  // namespace

int run_check(const Command& self, Invocation& call) {
  CheckOptions chosen;
  if (!parse_check_options(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  const gate::Baseline before = known_before(chosen);

  Checker checker(chosen, call.err);
  Report report = checker.run();
  weigh(chosen, before, report);
  if (!chosen.write_baseline.empty()) write_baseline(chosen, before, report);
  write_report_files(chosen, report);
  write_report(output.stream(), chosen.output.format, output.color(), chosen, report);
  output.finish();
  for (const ModelReport& model : report.models) {
    if (!model.error.empty()) call.err << fmt::format("error: {}\n", model.error);
  }
  if (!chosen.output.quiet) checker.remarks().print(call.err, report.remarks);
  return exit_status(chosen, report);
}

}  // namespace graphwitness
