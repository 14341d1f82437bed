#include <fmt/format.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>

#include "cli/command.h"
#include "cli/load_options.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/remarks.h"
#include "cli/rule_names.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/report/report.h"
#include "graphwitness/support/error.h"
#include "rules/run.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

struct CheckOptions {
  std::vector<std::string> models;
  OutputOptions output;
  LoadFlags load;
  std::string purpose = "trace";
  std::string select;
  std::string ignore;
  std::string fail_on = "warning";
  std::string source_root;
  std::string target;
  std::vector<std::string> dims;
  bool weights = false;
  std::string against;
};

/// "onnx:17"; 0 when nothing was asked for.
std::int64_t target_opset(const std::string& target) {
  constexpr std::string_view kOnnx = "onnx:";
  std::int64_t opset = 0;
  if (target.empty()) return opset;
  const char* const end = target.data() + target.size();
  const bool is_onnx = target.starts_with(kOnnx);
  const auto [stop, error] = std::from_chars(target.data() + (is_onnx ? kOnnx.size() : 0), end, opset);
  if (!is_onnx || error != std::errc() || stop != end || opset < 1) {
    throw UsageError(fmt::format("--target is `{}`, expected onnx:OPSET such as onnx:17", target));
  }
  return opset;
}

/// "batch=dynamic"
std::vector<std::string> free_dims(const std::vector<std::string>& dims) {
  constexpr std::string_view kDynamic = "=dynamic";
  std::vector<std::string> names;
  for (const std::string& dim : dims) {
    if (!dim.ends_with(kDynamic) || dim.size() == kDynamic.size()) {
      throw UsageError(fmt::format("--dim is `{}`, expected NAME=dynamic such as batch=dynamic", dim));
    }
    names.push_back(dim.substr(0, dim.size() - kDynamic.size()));
  }
  return names;
}

bool parse(const Command& self, const Invocation& call, CheckOptions& chosen) {
  Options options(self, chosen.models);
  options.add()(
      "for", po::value(&chosen.purpose)->value_name("PURPOSE"),
      "what becomes of a scripted archive: trace (default), it will be traced or exported by tracing; script, it "
      "ships as it is, and what a trace would lose is a note");
  options.add()("against", po::value(&chosen.against)->value_name("OTHER"),
                "the same module, traced where MODEL is scripted or the reverse, or its export to ONNX: what was lost, "
                "known from "
                "both");
  options.add()("select", po::value(&chosen.select)->value_name("RULE,..."), "run these rules only");
  options.add()("ignore", po::value(&chosen.ignore)->value_name("RULE,..."), "do not run these rules");
  options.add()("fail-on", po::value(&chosen.fail_on)->value_name("SEVERITY"),
                "exit with 1 at a finding of note, warning (default), error, or never");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"), "text (default) or json");
  options.add()(
      "source-root", po::value(&chosen.source_root)->value_name("DIR"),
      "the folder that holds the Python sources: recorded paths are looked for in it and shown relative to it");
  options.add()("target", po::value(&chosen.target)->value_name("onnx:OPSET"),
                "what TorchScript archives are to be exported to: says which operators have no lowering there");
  options.add()(
      "dim", po::value(&chosen.dims)->composing()->value_name("NAME=dynamic"),
      "a dimension of an ONNX model's inputs that must stay free, by its symbol, as INPUT[AXIS], or batch; says "
      "what pins it");
  options.add()("weights", po::bool_switch(&chosen.weights), "read the weights too, for rules that must");
  add_load_options(options, chosen.load, true);
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--for", chosen.purpose, std::array<std::string_view, 2>{"trace", "script"});
  require_one_of("--fail-on", chosen.fail_on, std::array<std::string_view, 4>{"note", "warning", "error", "never"});
  require_one_of("--format", chosen.output.format, std::array<std::string_view, 2>{"text", "json"});
  target_opset(chosen.target);
  free_dims(chosen.dims);
  if (chosen.models.empty()) throw UsageError("no model named, expected at least one");
  if (!chosen.against.empty() && chosen.models.size() != 1) {
    throw UsageError(fmt::format("`--against` with {} models, expected one", chosen.models.size()));
  }
  return true;
}

std::vector<MethodReport> methods_of(const Graph& graph) {
  std::vector<MethodReport> methods;
  for (const FunctionId id : graph.functions()) {
    methods.push_back({std::string(graph[graph[id].name]), std::string(name_of(graph[id].origin))});
  }
  return methods;
}

ModelReport check_model(const LoadedModel& model, std::span<const Rule* const> rules, const RuleOptions& options) {
  ModelReport report{.path = model.path, .format = std::string(name_of(model.format)), .error = model.error};
  if (!model.graph) return report;
  report.methods = methods_of(*model.graph);
  report.findings = run_rules(*model.graph, rules, options);
  return report;
}

ModelReport check_pair(const LoadedModel& model, const LoadedModel& other, std::span<const Rule* const> rules,
                       const RuleOptions& options) {
  ModelReport report{.path = model.path, .format = std::string(name_of(model.format)), .against = other.path};
  report.error = model.error.empty() ? other.error : model.error;
  if (!model.graph || !other.graph) return report;
  report.methods = methods_of(*model.graph);
  report.against_methods = methods_of(*other.graph);
  try {
    report.findings = run_rules_on_pair(*model.graph, *other.graph, rules, options);
  } catch (const InputError& error) {
    report.error = fmt::format("`{}` against `{}`: {}", model.path, other.path, error.what());
  }
  return report;
}

int exit_status(const Report& report, const std::string& fail_on) {
  for (const ModelReport& model : report.models) {
    if (!model.error.empty()) return exit_error;
  }
  const FindingCounts counts = count_findings(report);
  const bool fails = (fail_on == "note" && counts.notes != 0) ||
                     ((fail_on == "note" || fail_on == "warning") && counts.warnings != 0) ||
                     (fail_on != "never" && counts.errors != 0);
  return fails ? exit_findings : exit_done;
}

/// One line that is written over and over, for a person who waits.
class Progress {
 public:
  Progress(std::ostream& err, std::size_t total, bool wanted) : err_(err), total_(total), shown_(wanted && total > 1) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step() {
    if (shown_) err_ << fmt::format("\r{} of {} models", ++done_, total_) << std::flush;
  }
  void clear() {
    if (shown_ && done_ != 0) err_ << "\r\x1b[K" << std::flush;
  }

 private:
  std::ostream& err_;
  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_;
};

/// Both are loaded side by side.
Report check_against(const CheckOptions& chosen, std::span<const Rule* const> rules, const RuleOptions& options,
                     Remarks& remarks) {
  ModelLoader loader({chosen.models[0], chosen.against}, load_options(chosen.load));
  const LoadedModel model = *loader.next();
  const LoadedModel other = *loader.next();
  for (const LoadedModel* loaded : {&model, &other}) {
    if (loaded->graph) remarks.add_from_loader(loaded->path, *loaded->graph);
  }
  Report report;
  report.models.push_back(check_pair(model, other, rules, options));
  return report;
}

Report check_each(const CheckOptions& chosen, std::span<const Rule* const> rules, const RuleOptions& rule_options,
                  std::ostream& err, Remarks& remarks) {
  FoundModels found = find_models(chosen.models);
  Report report;
  for (const FolderError& error : found.errors)
    report.models.push_back({.path = error.folder, .format = "unknown", .error = error.message});

  Progress progress(err, found.paths.size(), terminal_watches() && !chosen.output.quiet);
  ModelLoader loader(std::move(found.paths), load_options(chosen.load));
  while (const std::optional<LoadedModel> model = loader.next()) {
    report.models.push_back(check_model(*model, rules, rule_options));
    if (model->graph) remarks.add_from(model->path, *model->graph);
    progress.step();
  }
  return report;
}

Report check_all(const CheckOptions& chosen, std::ostream& err, Remarks& remarks) {
  const std::vector<const Rule*> rules = chosen_rules(chosen.select, chosen.ignore);
  const RuleOptions options{.purpose = chosen.purpose == "script" ? Purpose::script : Purpose::trace,
                            .source_root = chosen.source_root,
                            .reads_weights = chosen.weights,
                            .target_opset = target_opset(chosen.target),
                            .free_dims = free_dims(chosen.dims)};
  Report report = chosen.against.empty() ? check_each(chosen, rules, options, err, remarks)
                                         : check_against(chosen, rules, options, remarks);
  if (!chosen.source_root.empty()) map_sources(report, chosen.source_root);
  add_source_lines(report, chosen.source_root);
  return report;
}

int run(const Command& self, Invocation& call) {
  CheckOptions chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);

  Remarks remarks;
  const Report report = check_all(chosen, call.err, remarks);
  if (chosen.output.format == "json") {
    write_json(output.stream(), report);
  } else {
    const bool full_notes = chosen.fail_on == "note";
    write_text(output.stream(), report,
               {.color = output.color(), .summary = !chosen.output.quiet, .full_notes = full_notes});
  }
  output.finish();
  for (const ModelReport& model : report.models) {
    if (!model.error.empty()) call.err << fmt::format("error: {}\n", model.error);
  }
  if (!chosen.output.quiet) remarks.print(call.err);
  return exit_status(report, chosen.fail_on);
}

}  // namespace

extern constinit const Command check_command{
    "check", "run the rules on models, or on every model in a folder", "[OPTIONS] MODEL...",
    "graphwitness check --fail-on error --source-root src model.pt exported/", run};

}  // namespace graphwitness
