#include "cli/check_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <boost/program_options/value_semantic.hpp>
#include <charconv>

#include "cli/report_formats.h"
#include "cli/rule_names.h"
#include "rules/registry.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

/// Options as text, as they were given; "" where they were not.
struct Words {
  std::string purpose;
  std::string select;
  std::string ignore;
  std::string fail_on;
  std::string source_root;
  std::string target;
  std::vector<std::string> dims;
  bool weights = false;
  std::string config;
  std::vector<std::string> reports;
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

std::optional<Severity> least_severity(std::string_view fail_on) {
  for (const Severity severity : {Severity::note, Severity::warning, Severity::error}) {
    if (fail_on == name_of(severity)) return severity;
  }
  return std::nullopt;
}

void declare(Options& options, CheckOptions& chosen, Words& words) {
  options.add()("for", po::value(&words.purpose)->value_name("PURPOSE"),
                "what becomes of a scripted archive: trace (default), it will be traced or exported by tracing; "
                "script, it ships as it is, and what a trace would lose is a note");
  options.add()("against", po::value(&chosen.against)->value_name("OTHER"),
                "the same module, traced where MODEL is scripted or the reverse, or its export to ONNX: what was lost, "
                "known from both");
  options.add()("select", po::value(&words.select)->value_name("RULE,..."), "run these rules only");
  options.add()("ignore", po::value(&words.ignore)->value_name("RULE,..."), "do not run these rules");
  options.add()("fail-on", po::value(&words.fail_on)->value_name("SEVERITY"),
                "exit with 1 at a finding of note, warning (default), error, or never");
  options.add()("baseline", po::value(&chosen.baseline)->value_name("FILE"),
                "findings that this file knows do not count; those that it need not know any longer are named");
  options.add()("write-baseline", po::value(&chosen.write_baseline)->value_name("FILE"),
                "write down what is found, as known from now on, and exit with 0");
  options.add()("config", po::value(&words.config)->value_name("FILE"),
                "settings (default: the nearest graphwitness.toml in this folder or above it)");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"),
                "text (default), json, sarif, junit, github or markdown");
  options.add()("report", po::value(&words.reports)->composing()->value_name("FORMAT=FILE"),
                "write this format to this file, too; can be given more than once");
  options.add()(
      "source-root", po::value(&words.source_root)->value_name("DIR"),
      "the folder that holds the Python sources: recorded paths are looked for in it and shown relative to it");
  options.add()("target", po::value(&words.target)->value_name("onnx:OPSET"),
                "what TorchScript archives are to be exported to: says which operators have no lowering there");
  options.add()("dim", po::value(&words.dims)->composing()->value_name("NAME=dynamic"),
                "a dimension of an ONNX model's inputs that must stay free, by its symbol, as INPUT[AXIS], or batch; "
                "says what pins it");
  options.add()("weights", po::bool_switch(&words.weights), "read the weights too, for rules that must");
  add_load_options(options, chosen.load, true);
  options.add_output(chosen.output);
}

/// "sarif=findings.sarif"
std::vector<ReportFile> report_files(const std::vector<std::string>& words) {
  std::vector<ReportFile> reports;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == word.npos || equals + 1 == word.size()) {
      throw UsageError(fmt::format("`--report` is `{}`, expected FORMAT=FILE such as sarif=findings.sarif", word));
    }
    reports.push_back({word.substr(0, equals), word.substr(equals + 1)});
    require_one_of("--report", reports.back().format, kReportFormats);
  }
  return reports;
}

gate::Settings settings_for(const std::string& config) {
  const std::string path = config.empty() ? gate::find_settings(".") : config;
  if (path.empty()) return {};
  std::vector<std::string_view> rules;
  for (const Rule* rule : all_rules()) rules.push_back(rule->id);
  return gate::read_settings(path, rules);
}

/// The command line, else the settings, else what is usual.
std::string first_of(const std::string& word, const std::string& setting, const char* usual = "") {
  return !word.empty() ? word : !setting.empty() ? setting : usual;
}

std::string first_of(const std::string& word, const std::vector<std::string>& setting) {
  return word.empty() ? fmt::format("{}", fmt::join(setting, ",")) : word;
}

void decide(const Words& words, CheckOptions& chosen) {
  const gate::Settings& settings = chosen.settings;
  chosen.rules = chosen_rules(first_of(words.select, settings.select), first_of(words.ignore, settings.ignore));
  chosen.fail_on = least_severity(first_of(words.fail_on, settings.fail_on, "warning"));
  chosen.baseline = first_of(chosen.baseline, settings.baseline);
  const bool ships = first_of(words.purpose, settings.purpose) == "script";
  chosen.rule_options = {.purpose = ships ? Purpose::script : Purpose::trace,
                         .source_root = first_of(words.source_root, settings.source_root),
                         .reads_weights = words.weights,
                         .target_opset = target_opset(first_of(words.target, settings.target)),
                         .free_dims = free_dims(words.dims)};
}

}  // namespace

bool parse_check_options(const Command& self, const Invocation& call, CheckOptions& chosen) {
  Words words;
  Options options(self, chosen.models);
  declare(options, chosen, words);
  if (!options.parse(call)) return false;

  if (!words.purpose.empty())
    require_one_of("--for", words.purpose, std::array<std::string_view, 2>{"trace", "script"});
  if (!words.fail_on.empty())
    require_one_of("--fail-on", words.fail_on, std::array<std::string_view, 4>{"note", "warning", "error", "never"});
  require_one_of("--format", chosen.output.format, kReportFormats);
  if (chosen.models.empty()) throw UsageError("no model named, expected at least one");
  if (!chosen.against.empty() && chosen.models.size() != 1) {
    throw UsageError(fmt::format("`--against` with {} models, expected one", chosen.models.size()));
  }
  chosen.reports = report_files(words.reports);
  chosen.settings = settings_for(words.config);
  decide(words, chosen);
  return true;
}

}  // namespace graphwitness
