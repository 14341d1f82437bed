#include "verify/verify.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <boost/program_options/value_semantic.hpp>
#include <cmath>

#include "cli/commands.h"
#include "cli/progress_line.h"
#include "cli/report_formats.h"
#include "cli/start/options.h"
#include "cli/start/output.h"
#include "exec/inputs/samples.h"
#include "frontends/sniff.h"
#include "graphwitness/frontends/load.h"
#include "graphwitness/report/verify.h"
#include "support/nursery.h"
#include "support/program_files.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

struct VerifyFlags {
  std::vector<std::string> models;
  OutputOptions output;
  std::string method = "forward";
  std::string example;
  std::vector<std::string> input;
  std::string witness_folder;
  std::int64_t seed = 0;
  double budget = 30;
  double timeout = 300;
  double memory = 0;
  bool strict = false;
};

void require_not_negative(std::string_view option, double value) {
  if (!(value >= 0) || !std::isfinite(value)) {
    throw UsageError(fmt::format("`{}` is {}, expected a number from 0 up", option, value));
  }
}

/// What the models are is told from their content; their order is what they are for.
void require_models(const std::vector<std::string>& models) {
  if (models.empty() || models.size() > 3) {
    throw UsageError(
        fmt::format("{} models named, expected a scripted one, after it a traced one, and after that an ONNX model",
                    models.size()));
  }
  for (std::size_t i = 0; i < models.size(); ++i) {
    const Sniffed sniffed = sniff(models[i]);
    if (i < 2 && sniffed.kind == FileKind::torchscript) continue;
    if (i == 2 && sniffed.kind == FileKind::onnx) continue;
    if (i == 2) {
      throw InputError(fmt::format("`{}` is {}, expected an ONNX model in third place", models[i], sniffed.found));
    }
    throw InputError(fmt::format("`{}` is {}, expected the {} TorchScript archive{}", models[i], sniffed.found,
                                 i == 0 ? "scripted" : "traced", sniffed.advice.empty() ? "" : "; " + sniffed.advice));
  }
}

bool parse(const Command& self, const Invocation& call, VerifyFlags& chosen) {
  Options options(self, chosen.models);
  options.add()("example", po::value(&chosen.example)->value_name("FILE"),
                "the inputs that the trace was recorded with, or would be: a file of `torch.save`, `.npy` or `.npz`");
  options.add()("input", po::value(&chosen.input)->value_name("NAME=TYPE[SIZES]"),
                "generate the example instead, such as x=float32[2,3]; once for each input");
  options.add()("budget", po::value(&chosen.budget)->value_name("SECONDS"),
                "for the search for a witness (default 30)");
  options.add()("seed", po::value(&chosen.seed)->value_name("N"), "of what is drawn at random (default 0)");
  options.add()("witness-dir", po::value(&chosen.witness_folder)->value_name("DIR"),
                "keep the files of witnesses here");
  options.add()("strict", po::bool_switch(&chosen.strict), "exit with 1 also when a scope is undecided");
  options.add()("method", po::value(&chosen.method)->value_name("NAME"), "the method to verify (default forward)");
  options.add()("timeout", po::value(&chosen.timeout)->value_name("S"),
                "seconds that one model may take for loading and running (default 300; 0: no limit)");
  options.add()("memory", po::value(&chosen.memory)->value_name("GIB"),
                "memory that one model may take (default: its share of three quarters of this machine's)");
  options.add()("format", po::value(&chosen.output.format)->value_name("FORMAT"),
                "text (default), json, junit, sarif, github or markdown");
  options.add_output(chosen.output);
  if (!options.parse(call)) return false;

  require_one_of("--format", chosen.output.format, kReportFormats);
  require_not_negative("--budget", chosen.budget);
  require_not_negative("--timeout", chosen.timeout);
  require_not_negative("--memory", chosen.memory);
  if (chosen.seed < 0) throw UsageError(fmt::format("`--seed` is {}, expected a number from 0 up", chosen.seed));
  if (!chosen.example.empty() && !chosen.input.empty())
    throw UsageError("`--example` and `--input` were both given, expected one");
  require_models(chosen.models);
  return true;
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, 1e9) * 1000));
}

std::function<void(const verify::SearchProgress&)> progress_to(ProgressLine& line) {
  return [&line](const verify::SearchProgress& progress) {
    line.say(fmt::format("searching: {} inputs, {} of {} decisions flipped, {:.0f} s", progress.evaluations,
                         progress.flipped, progress.decisions, static_cast<double>(progress.elapsed.count()) / 1000));
  };
}

/// Threads that wait busily for their next part take the processors from other workers. It is for whoever set it to say
/// otherwise.
void let_threads_sleep() { setenv("OMP_WAIT_POLICY", "passive", 0); }

VerificationReport verify_models(const VerifyFlags& chosen, const Invocation& call) {
  let_threads_sleep();
  Nursery::announce_several(torch_worker_program());
  verify::VerifyRequest request{.scripted = chosen.models[0], .method = chosen.method};
  constexpr double kMost = 1U << 24U;
  request.limits.timeout = milliseconds(chosen.timeout);
  request.limits.memory = static_cast<std::uint64_t>(std::min(chosen.memory, kMost) * (1U << 30U));
  const std::vector<std::string> paths(chosen.models.begin(),
                                       chosen.models.begin() + std::min<std::ptrdiff_t>(2, std::ssize(chosen.models)));
  std::vector<Graph> graphs;
  ModelLoader loader(paths,
                     {.timeout = std::chrono::seconds(static_cast<std::int64_t>(std::min(chosen.timeout, 1e9)))});
  while (auto model = loader.next()) {
    if (!model->graph) throw InputError(model->error);
    graphs.push_back(std::move(*model->graph));
  }
  request.scripted_graph = graphs.data();
  if (graphs.size() > 1) {
    request.traced = chosen.models[1];
    request.traced_graph = &graphs[1];
  }
  if (chosen.models.size() > 2) request.exported = chosen.models[2];
  exec::InputOptions inputs{
      .file = chosen.example, .inputs = chosen.input, .seed = static_cast<std::uint64_t>(chosen.seed)};
  if (!chosen.input.empty()) inputs.samples = 1;
  const exec::InputSet set = exec::make_inputs(inputs, {paths.rbegin(), paths.rend()}, chosen.method, request.limits);
  request.example = set.samples.at(0).arguments;
  request.example_origin = set.origin;
  request.budget = milliseconds(chosen.budget);
  request.seed = static_cast<std::uint64_t>(chosen.seed);
  request.witness_folder = chosen.witness_folder;
  ProgressLine progress(call.err, terminal_watches() && !chosen.output.quiet);
  request.progress = progress_to(progress);
  return verify::verify(request);
}

void write_report(const VerifyFlags& chosen, Output& output, const VerificationReport& report) {
  const std::string& format = chosen.output.format;
  if (format == "json") return write_verify_json(output.stream(), report);
  if (format == "junit") return write_verify_junit(output.stream(), report, chosen.strict);
  if (is_result_format(format)) return write_results(output.stream(), format, results_of(report, chosen.strict));
  write_verify_text(output.stream(), report, output.color(), !chosen.output.quiet);
}

int exit_status(const VerificationReport& report, bool strict) {
  const auto is = [&](Verdict verdict) {
    return report.same_shapes.verdict == verdict || report.other_shapes.verdict == verdict;
  };
  return is(Verdict::refuted) || (strict && is(Verdict::undecided)) ? exit_findings : exit_done;
}

}  // namespace

int run_verify(const Command& self, Invocation& call) {
  VerifyFlags chosen;
  if (!parse(self, call, chosen)) return exit_done;
  Output output(call, chosen.output);
  try {
    const VerificationReport report = verify_models(chosen, call);
    write_report(chosen, output, report);
    output.finish();
    return exit_status(report, chosen.strict);
  } catch (const verify::Contradiction& bug) {
    call.err << fmt::format("bug in graphwitness: {}; please report it with both archives\n", bug.what());
    return exit_error;
  }
}

}  // namespace graphwitness
