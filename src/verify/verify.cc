#include "verify/verify.h"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "exec/compare/aggregate.h"
#include "exec/dtype.h"
#include "exec/inputs/files.h"
#include "exec/inputs/random.h"
#include "exec/inputs/specification.h"
#include "graphwitness/support/error.h"
#include "verify/changes.h"
#include "verify/exported.h"
#include "verify/proof/prove.h"
#include "verify/witness_files.h"

namespace graphwitness::verify {
namespace {

namespace fs = std::filesystem;
using proof::Scope;

constexpr std::size_t kMostReasons = 8;
constexpr std::uint64_t kChecks = 4;  ///< inputs that a proof is tried on

/// A folder that goes when its owner goes.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "graphwitness-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw InputError("no temporary folder can be made");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Where the files of a witness lie: kept, or until it was run again.
class Keeper {
 public:
  Keeper(const std::string& kept, std::string_view scope) : is_kept_(!kept.empty()) {
    if (!is_kept_) temporary_.emplace();
    folder_ = (fs::path(is_kept_ ? kept : temporary_->path()) / std::string(scope)).string();
  }

  const std::string& folder() const { return folder_; }
  /// "": nowhere for long.
  std::string kept_folder() const { return is_kept_ ? folder_ : std::string(); }

 private:
  bool is_kept_;
  std::optional<TemporaryFolder> temporary_;
  std::string folder_;
};

std::string named(const std::string& path, const std::string& error) {
  return error.find(path) != error.npos ? error : fmt::format("`{}`: {}", path, error);
}

std::vector<std::string> parameter_names(const Graph& graph, const std::string& method) {
  std::vector<std::string> names;
  for (const FunctionId id : graph.functions()) {
    if (graph[graph[id].name] != method) continue;
    const auto params = graph[graph[graph[id].body].params];
    for (const ValueId param : params.subspan(graph[id].self && !params.empty() ? 1 : 0)) {
      std::string name(graph[graph[param].name]);
      // LibTorch appends numbers to names.
      names.push_back(name.substr(0, name.find('.')));
    }
    break;
  }
  return names;
}

/// Values nest at most kDeepestValue deep.
bool holds_tensor(const exec::Value& value) {
  return value.kind == exec::Value::Kind::tensor || std::ranges::any_of(value.items, holds_tensor);
}

/// Floating tensors drawn anew, what else there is kept.
exec::Value varied(const exec::Value& value, exec::Random& random) {
  exec::Value made = value;
  if (value.kind == exec::Value::Kind::tensor && exec::is_floating(value.tensor.dtype)) {
    return exec::generate({.dtype = value.tensor.dtype, .sizes = value.tensor.sizes}, random);
  }
  for (exec::Value& item : made.items) item = varied(item, random);
  return made;
}

struct TwoResults {
  exec::SampleResult scripted;
  exec::SampleResult other;
  std::optional<std::string> difference{};
};

class Verifier {
 public:
  explicit Verifier(const VerifyRequest& request)
      : request_(request), names_(parameter_names(*request.scripted_graph, request.method)) {}

  VerificationReport run() {
    report_.scripted = request_.scripted;
    report_.traced = request_.traced.value_or("");
    report_.method = request_.method;
    report_.example = request_.example_origin;
    if (request_.traced_graph != nullptr) prove();
    report_.exported = request_.exported.value_or("");
    const bool done = is_proved(Scope::same_shapes) && is_proved(Scope::other_shapes);
    if (is_proved(Scope::same_shapes) || is_proved(Scope::other_shapes)) check_proof();
    if (!done || request_.exported) search();
    return std::move(report_);
  }

 private:
  ScopeReport& of(Scope scope) { return scope == Scope::same_shapes ? report_.same_shapes : report_.other_shapes; }
  bool is_proved(Scope scope) { return of(scope).verdict == Verdict::proved; }
  static std::string_view name_of(Scope scope) { return scope == Scope::same_shapes ? "same_shapes" : "other_shapes"; }

  void prove() {
    proof::Contents contents;
    for (const Scope scope : {Scope::same_shapes, Scope::other_shapes}) {
      const proof::Proof made = proof::prove(*request_.scripted_graph, *request_.traced_graph, request_.method,
                                             request_.example, scope, contents);
      ScopeReport& into = of(scope);
      into.reasons = made.reasons;
      if (!made.proved) continue;
      into.verdict = Verdict::proved;
      for (const proof::Assumption one : made.assumptions) into.assumptions.emplace_back(text_of(one));
    }
  }

  /// Runs what was proved on a few inputs: a proof that is wrong must not leave the house.
  void check_proof() {
    std::vector<exec::Sample> samples{{.seed = request_.seed, .arguments = request_.example}};
    for (std::uint64_t i = 1; i < kChecks; ++i) {
      exec::Random random(request_.seed + i);
      exec::Sample sample{.seed = request_.seed + i, .arguments = request_.example};
      for (exec::Argument& argument : sample.arguments) argument.value = varied(argument.value, random);
      samples.push_back(std::move(sample));
    }
    const std::vector<exec::ModelRun> runs = exec::run_models(
        {request_.scripted, *request_.traced}, {.method = request_.method, .samples = samples}, request_.limits);
    for (const exec::ModelRun& run : runs) {
      if (!run.error.empty()) throw InputError(named(run.path, run.error));
    }
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const exec::SampleResult scripted = exec::decode_answer(runs[0].answers[i]).result;
      const exec::SampleResult traced = exec::decode_answer(runs[1].answers[i]).result;
      if (i == 0 && scripted.raised)
        throw InputError(fmt::format("`{}` raises on the example: {}", request_.scripted, *scripted.raised));
      const auto difference = compare(scripted, traced);
      if (!difference || !is_proved(Scope::same_shapes)) continue;
      throw Contradiction(
          fmt::format("`{}` and `{}` were proved to compute the same, but differ on an input of the same shapes: {}",
                      request_.scripted, *request_.traced, *difference));
    }
  }

  std::optional<std::string> compare(const exec::SampleResult& scripted, const exec::SampleResult& other) const {
    exec::Aggregate aggregate({});
    aggregate.add(0, request_.seed, scripted, other);
    PairComparison pair;
    aggregate.finish(pair);
    if (pair.match) return std::nullopt;
    if (!pair.first_difference) return "the outputs differ";
    const FirstDifference& first = *pair.first_difference;
    std::string text = fmt::format("output `{}`: {} against {}", first.output, first.reference, first.candidate);
    for (const OutputComparison& output : pair.outputs) {
      if (output.name != first.output || output.difference != Difference::value || output.total == 0) continue;
      text = fmt::format("output `{}`: {} of {} elements differ", first.output, output.mismatched, output.total);
      if (output.max_abs) text += fmt::format(", by up to {:.3g}", *output.max_abs);
    }
    return text;
  }

  SearchRequest search_request() const {
    return {.scripted = request_.scripted,
            .traced = request_.traced,
            .method = request_.method,
            .example = request_.example,
            .budget = request_.budget,
            .seed = request_.seed,
            .probes = request_.exported.has_value()};
  }

  void search() {
    const SearchOutcome outcome = verify::search(search_request(), request_.limits, request_.progress);
    report_.evaluations = outcome.evaluations;
    const bool found = outcome.same_shapes || outcome.other_shapes;
    const bool proved = is_proved(Scope::same_shapes) || is_proved(Scope::other_shapes);
    if (!outcome.error.empty() && !found && !proved) throw InputError(named(request_.scripted, outcome.error));
    take(Scope::same_shapes, outcome.same_shapes, outcome);
    take(Scope::other_shapes, outcome.other_shapes, outcome);
    if (!request_.exported) return;
    follow(Scope::same_shapes, outcome.probes);
    follow(Scope::other_shapes, outcome.probes);
  }

  Chain chain() const { return {request_.scripted, *request_.traced, *request_.exported, request_.method}; }

  exec::Sample sample(std::vector<exec::Argument> arguments) const {
    return {.seed = request_.seed, .arguments = std::move(arguments)};
  }

  /// On to the ONNX model, where the archives agree. What is proved of them says nothing of it.
  void follow(Scope scope, const std::vector<Probe>& probes) {
    ScopeReport& into = of(scope);
    if (into.witness) {
      into.witness->step = "capture";
      return;
    }
    std::vector<exec::Sample> samples;
    if (scope == Scope::same_shapes) samples.push_back(sample(request_.example));
    for (const Probe& probe : probes) {
      if (probe.other_shapes == (scope == Scope::other_shapes)) samples.push_back(sample(probe.arguments));
    }
    const std::vector<ChainResult> results =
        samples.empty() ? std::vector<ChainResult>{} : run_chain(chain(), samples, request_.limits);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!blame(results[i])) continue;
      if (auto witness = confirm_export(scope, samples[i].arguments)) {
        into = {.verdict = Verdict::refuted, .witness = std::move(witness)};
        return;
      }
    }
    if (into.verdict == Verdict::proved) {
      into = {};
      into.reasons.emplace_back("the trace is proved to compute what the script computes, the ONNX model is not");
    }
    into.reasons.push_back(
        fmt::format("the ONNX model agreed on {} input{}", samples.size(), samples.size() == 1 ? "" : "s"));
  }

  /// As confirm(), for an input on which the ONNX model parts from the archives.
  std::optional<WitnessReport> confirm_export(Scope scope, const std::vector<exec::Argument>& arguments) {
    Keeper keeper(request_.witness_folder, name_of(scope));
    const WitnessFiles files = write_witness_input(keeper.folder(), arguments);
    const exec::Call call = exec::read_calls(files.pt, request_.limits).at(0);
    const ChainResult result = run_chain(chain(), {sample(call)}, request_.limits).at(0);
    const auto found = blame(result);
    if (!found) {
      remove_files(files);
      return std::nullopt;
    }
    WitnessReport report{.folder = keeper.kept_folder(),
                         .against = found->step == "capture" ? "trace" : "onnx",
                         .difference = found->difference,
                         .changes = changes(request_.example, arguments, names_),
                         .step = found->step};
    if (report.folder.empty()) return report;
    WitnessStory story = story_of(scope, request_.seed, report);
    story.scripted_result = result.scripted;
    story.other_result = result.traced;
    story.exported_result = found->step == "runtime" ? result.optimised : result.graph;
    write_witness_story(files, story, arguments);
    return report;
  }

  WitnessStory story_of(Scope scope, std::uint64_t seed, const WitnessReport& report) const {
    return {.scope = std::string(name_of(scope)),
            .scripted = request_.scripted,
            .traced = request_.traced.value_or(""),
            .exported = request_.exported.value_or(""),
            .method = request_.method,
            .seed = seed,
            .report = report};
  }

  void take(Scope scope, const std::optional<Witness>& witness, const SearchOutcome& outcome) {
    ScopeReport& into = of(scope);
    if (!witness) {
      if (into.verdict == Verdict::undecided) explain(into, scope, outcome);
      return;
    }
    std::optional<WitnessReport> confirmed = confirm(scope, *witness);
    if (confirmed && is_proved(scope)) {
      throw Contradiction(fmt::format("`{}` and `{}` were proved to compute the same, but there is a witness: {}",
                                      request_.scripted, request_.traced.value_or(""), confirmed->difference));
    }
    if (!confirmed) {
      if (into.verdict == Verdict::undecided) {
        into.reasons.insert(into.reasons.begin(),
                            "the search found an input that showed no difference when it was run again from its file");
      }
      return;
    }
    into = {.verdict = Verdict::refuted, .witness = std::move(confirmed)};
    if (!outcome.cause.empty()) into.reasons.push_back(outcome.cause);
  }

  void explain(ScopeReport& into, Scope scope, const SearchOutcome& outcome) const {
    if (!outcome.error.empty()) into.reasons.push_back("the search broke off: " + outcome.error);
    const auto add = [&](std::string line) {
      if (std::ranges::find(into.reasons, line) == into.reasons.end()) into.reasons.push_back(std::move(line));
    };
    for (const std::string& reason : outcome.reasons) add(reason);
    for (const DecisionReport& decision : outcome.decisions) {
      const bool concerns = scope == Scope::other_shapes ? decision.on_shape || decision.on_data : decision.on_data;
      if (decision.flipped || !concerns) continue;
      std::string line = decision.message;
      if (line.empty()) {
        line = fmt::format("the {} at {}:{} stayed {} on all inputs that were tried", verify::name_of(decision.kind),
                           decision.place.file, decision.place.line, decision.example);
      }
      if (decision.slack) line += fmt::format(" (nearest: {:.3g} away)", *decision.slack);
      add(std::move(line));
    }
    if (into.reasons.size() > kMostReasons) {
      const std::size_t left_out = into.reasons.size() - kMostReasons;
      into.reasons.resize(kMostReasons);
      into.reasons.push_back(fmt::format("and {} more", left_out));
    }
    if (!request_.traced)
      into.reasons.emplace_back("without a traced archive nothing is proved; name one after the scripted one");
    into.reasons.push_back(
        fmt::format("{} inputs were tried; a larger `--budget` or an `--example` nearer to what is above may decide it",
                    outcome.evaluations));
  }

  /// Runs the witness again, from the file that is saved, on the real archives.
  std::optional<WitnessReport> confirm(Scope scope, const Witness& witness) {
    Keeper keeper(request_.witness_folder, name_of(scope));
    const WitnessFiles files = write_witness_input(keeper.folder(), witness.arguments);
    const std::vector<exec::Call> calls = exec::read_calls(files.pt, request_.limits);
    const TwoResults results = run_again(calls.at(0), witness.seed);
    if (!results.difference) {
      remove_files(files);
      return std::nullopt;
    }
    WitnessReport found{.folder = keeper.kept_folder(),
                        .against = request_.traced ? "trace" : "replay",
                        .difference = *results.difference,
                        .changes = changes(request_.example, witness.arguments, names_)};
    for (const ChangedDecision& one : witness.decisions) {
      DecisionChange change{.kind = std::string(verify::name_of(one.kind)),
                            .file = one.place.file,
                            .line = one.place.line,
                            .from = one.from,
                            .to = one.to};
      // A function that is called a dozen times is the same line a dozen times.
      if (std::ranges::find(found.decisions, change) == found.decisions.end()) {
        found.decisions.push_back(std::move(change));
      }
    }
    if (found.folder.empty()) return found;
    WitnessStory story = story_of(scope, witness.seed, found);
    story.scripted_result = results.scripted;
    story.other_result = results.other;
    write_witness_story(files, story, witness.arguments);
    return found;
  }

  TwoResults run_again(const exec::Call& call, std::uint64_t seed) const {
    TwoResults results;
    results.scripted = run_model(request_.scripted, call, seed);
    if (request_.traced) {
      results.other = run_model(*request_.traced, for_trace(call), seed);
    } else {
      SearchRequest again = search_request();
      again.seed = seed;
      ReplayOutcome replayed = replay(again, {call}, request_.limits);
      if (!replayed.error.empty() || replayed.results.empty()) return results;
      results.other = std::move(replayed.results[0]);
    }
    results.difference = compare(results.scripted, results.other);
    return results;
  }

  exec::SampleResult run_model(const std::string& path, const exec::Call& call, std::uint64_t seed) const {
    const exec::ModelRun run = std::move(exec::run_models(
        {path}, {.method = request_.method, .samples = {{.seed = seed, .arguments = call}}}, request_.limits)[0]);
    if (!run.error.empty()) throw InputError(named(run.path, run.error));
    return exec::decode_answer(run.answers.at(0)).result;
  }

  /// A trace takes tensors; what else the script is called with was decided when it was recorded.
  exec::Call for_trace(const exec::Call& call) const {
    const std::size_t takes = parameter_names(*request_.traced_graph, request_.method).size();
    if (call.size() <= takes) return call;
    exec::Call tensors;
    for (const exec::Argument& argument : call) {
      if (holds_tensor(argument.value)) tensors.push_back({"", argument.value});
    }
    return tensors;
  }

  static void remove_files(const WitnessFiles& files) {
    std::error_code ignored;
    fs::remove(files.pt, ignored);
    if (files.npz) fs::remove(*files.npz, ignored);
    fs::remove(files.folder, ignored);
  }

  const VerifyRequest& request_;
  std::vector<std::string> names_;
  VerificationReport report_;
};

}  // namespace

VerificationReport verify(const VerifyRequest& request) { return Verifier(request).run(); }

}  // namespace graphwitness::verify
