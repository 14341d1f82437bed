#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>

#include "contains.h"
#include "exec/compare/compare.h"
#include "exec/inputs/specification.h"
#include "fake_worker.h"
#include "graphwitness/support/error.h"
#include "support/program_files.h"

namespace graphwitness::exec {
namespace {

const std::string kFixtures = GRAPHWITNESS_SOURCE_DIR "/fixtures/";

std::string fixture(const char* name) { return kFixtures + name; }
std::string misbehaving(const char* name) { return kFixtures + "misbehaving/" + name + ".pt"; }

ComparisonReport compare(const std::string& reference, const std::vector<std::string>& candidates,
                         const CompareOptions& options) {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  return compare_models(reference, candidates, options);
}

CompareOptions generating(const char* input, std::uint64_t samples = 1) {
  CompareOptions options;
  options.inputs.inputs = {input};
  options.inputs.samples = samples;
  return options;
}

}  // namespace

TEST_CASE("two branches of different rank: shapes differ, in as many samples as take the other arm") {
  const ComparisonReport report =
      compare(fixture("two_branch/traced.pt"), {fixture("two_branch/scripted.pt")}, generating("float32[20]", 50));
  REQUIRE(report.error.empty());
  const PairComparison& pair = report.pairs[0];
  CHECK_FALSE(pair.match);
  CHECK(pair.differing_samples > 10);
  CHECK(pair.differing_samples < 40);
  REQUIRE(pair.outputs.size() == 1);
  CHECK(pair.outputs[0].difference == Difference::shape);
  CHECK(pair.outputs[0].reference == "float32[10]");
  CHECK(pair.outputs[0].candidate == "float32[10, 20]");
}

TEST_CASE("the seed of the first difference makes it again, alone") {
  CompareOptions options = generating("float32[20]", 50);
  const std::string scripted = fixture("two_branch/scripted.pt");
  const std::string traced = fixture("two_branch/traced.pt");
  const ComparisonReport first = compare(scripted, {traced}, options);
  REQUIRE(first.pairs[0].first_difference);
  options.inputs.samples = 1;
  options.inputs.seed = first.pairs[0].first_difference->seed;
  const ComparisonReport again = compare(scripted, {traced}, options);
  CHECK(again.pairs[0].differing_samples == 1);
}

TEST_CASE("inputs from files, by position and by name") {
  for (const char* file : {"two_branch/negative.pt", "two_branch/negative.npy", "two_branch/negative.npz"}) {
    CompareOptions options;
    options.inputs.file = fixture(file);
    const ComparisonReport report =
        compare(fixture("two_branch/scripted.pt"), {fixture("two_branch/traced.pt")}, options);
    CHECK(report.pairs[0].first_difference->difference == Difference::shape);
    options.inputs.file = fixture("two_branch/example.pt");
    CHECK(compare(fixture("two_branch/scripted.pt"), {fixture("two_branch/traced.pt")}, options).pairs[0].match);
  }
}

TEST_CASE("inputs that the archive carries: bundled ones, and the shapes of a trace") {
  const ComparisonReport bundled =
      compare(fixture("features/bundled_inputs.pt"), {fixture("features/bundled_inputs.pt")}, {});
  CHECK(bundled.samples == 2);
  CHECK(bundled.pairs[0].match);
  const std::string traced = fixture("pytorch_2_6/two_branch_traced.pt");
  const ComparisonReport shapes = compare(traced, {traced}, {});
  CHECK(shapes.samples == kDefaultSamples);
  CHECK(shapes.pairs[0].match);
  CHECK(contains(shapes.inputs, "traced with"));
}

TEST_CASE("without inputs the error shows the option for this model") {
  const std::string path = fixture("two_branch/scripted.pt");
  CHECK_THROWS_WITH_AS(compare(path, {path}, {}), doctest::Contains("--input 'input=float32[SIZES]'"), InputError);
  CHECK_THROWS_WITH_AS(compare(path, {path}, {}), doctest::Contains("input: Tensor"), InputError);
}

TEST_CASE("inputs that do not fit the parameters are the model's error, not a difference") {
  const std::string path = fixture("two_branch/scripted.pt");
  CHECK(contains(compare(path, {path}, generating("nobody=float32[20]")).error,
                 "no parameter `nobody`; it takes `input: Tensor`"));
  CHECK(contains(compare(path, {path}, generating("input=3")).error, "of type int, expected Tensor"));
  CompareOptions two = generating("float32[20]");
  two.inputs.inputs.emplace_back("float32[20]");
  CHECK(contains(compare(path, {path}, two).error, "2 inputs are given, `forward` takes 1"));
  CHECK(contains(compare(path, {path}, generating("input=float32[3]")).error, "it raised RuntimeError: size mismatch"));
  CHECK(contains(compare(path, {path}, generating("input=int64[20]:1..5")).error, "it raised RuntimeError"));
  CompareOptions method = generating("float32[20]");
  method.method = "predict";
  CHECK(contains(compare(path, {path}, method).error, "no method `predict`; it has `forward`"));
}

TEST_CASE("a model that raises on every sample is an error, on some a difference, and agrees with itself") {
  const std::string raises = misbehaving("raises");
  const std::string well = misbehaving("well_behaved");
  const ComparisonReport as_reference = compare(raises, {well}, generating("x=float32[4]:0..1"));
  CHECK(contains(as_reference.error, "it raised ValueError: the sum is positive"));
  const ComparisonReport as_candidate = compare(well, {raises}, generating("x=float32[4]:0..1"));
  CHECK(contains(as_candidate.pairs[0].error, "it raised ValueError: the sum is positive"));
  const ComparisonReport sometimes = compare(well, {raises}, generating("x=float32[4]", 20));
  CHECK(sometimes.pairs[0].error.empty());
  REQUIRE(sometimes.pairs[0].first_difference);
  CHECK(sometimes.pairs[0].first_difference->difference == Difference::raise);
  const ComparisonReport both = compare(raises, {raises}, generating("x=float32[4]", 20));
  CHECK(both.pairs[0].match);
  CHECK(both.pairs[0].both_raised > 0);
  CHECK(both.pairs[0].both_raised < 20);
}

TEST_CASE("models that crash, never end or eat memory are errors of theirs, and the others are compared") {
  const std::string well = misbehaving("well_behaved");
  CompareOptions options = generating("x=float32[4]:0..1");
  options.limits.timeout = std::chrono::seconds(10);
  options.limits.memory = std::uint64_t{1} << 30U;
  const ComparisonReport report =
      compare(well, {misbehaving("crashes"), misbehaving("never_ends"), misbehaving("eats_memory"), well}, options);
  REQUIRE(report.error.empty());
  CHECK(contains(report.pairs[0].error, "killed by SIGSEGV"));
  CHECK(contains(report.pairs[0].error, "sample 1 (seed 0)"));
  CHECK(contains(report.pairs[1].error, "--timeout"));
  CHECK(contains(report.pairs[2].error, "memory"));
  CHECK(report.pairs[3].error.empty());
  CHECK(report.pairs[3].match);
}

TEST_CASE("a model that raises while it is loaded is an error with its own words") {
  const std::string path = fixture("setstate/raises.pt");
  const std::string error = compare(path, {path}, generating("float32[4]")).error;
  CHECK(contains(error, "it cannot be loaded: "));
  CHECK_FALSE(contains(error, "following operation failed"));
}

TEST_CASE("a worker that is aborted, says nothing, or nonsense, is an error") {
  const auto error_of = [](const char* script) {
    const FakeWorker worker(script);
    return compare_models("m.pt", {}, generating("x=float32[4]")).error;
  };
  CHECK(contains(error_of("kill -ABRT $$"), "killed by SIGABRT"));
  CHECK(contains(error_of("echo last words; exit 3"), "status 3 (its last words: `last words`)"));
  CHECK(contains(error_of("exit 0"), "status 0"));
  CHECK(contains(error_of("printf '\\001\\0\\0\\0\\0\\0\\0\\0x' >&3"), "no answer"));
}

TEST_CASE("every sample sees a freshly loaded model, whatever the earlier ones have changed") {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  const auto made = [](std::uint64_t seed) {
    Random random(seed);
    return Sample{.seed = seed, .arguments = {{"x", generate(parse_input("float32[4]"), random)}}};
  };
  const RunRequest both{.samples = {made(1), made(2)}};
  const RunRequest second{.samples = {made(2)}};
  for (const char* name : {"sums_up", "sums_up_unseen", "counts_calls", "keeps_all", "adds_noise"}) {
    CAPTURE(name);
    const std::string path = kFixtures + "stateful/" + name + ".pt";
    const std::vector<ModelRun> after_another = run_models({path}, both, {});
    const std::vector<ModelRun> alone = run_models({path}, second, {});
    REQUIRE(after_another[0].error.empty());
    REQUIRE(after_another[0].answers.size() == 2);
    CHECK(after_another[0].answers[1] == alone[0].answers[0]);
    CHECK(after_another[0].answers[1] != after_another[0].answers[0]);
  }
}

TEST_CASE("an input that one of the two changes is a difference") {
  const ComparisonReport report =
      compare(misbehaving("well_behaved"), {fixture("stateful/writes_input.pt")}, generating("float32[4]"));
  CHECK(report.pairs[0].first_difference->output == "arguments");
  CHECK(report.pairs[0].first_difference->candidate == "changed by the call");
}

TEST_CASE("whole structures go to a model and come back: nested outputs, dicts, options") {
  const auto agrees = [](const char* name, const CompareOptions& options) {
    const ComparisonReport report = compare(fixture(name), {fixture(name)}, options);
    INFO(name, ": ", report.error);
    REQUIRE(report.error.empty());
    CHECK(report.pairs[0].match);
    std::vector<std::string> names;
    for (const OutputComparison& output : report.pairs[0].outputs) names.push_back(output.name);
    return names;
  };
  CHECK(agrees("features/nested_output.pt", generating("float32[2,3]")).size() > 1);
  CHECK(agrees("features/named_tuple_output.pt", generating("float32[2,3]")).size() > 1);
  CHECK(agrees("features/fork_wait.pt", generating("float32[2,3]")).size() == 1);
  CompareOptions from_file;
  from_file.inputs.file = fixture("features/dict_input_example.pt");
  const std::vector<std::string> dict = agrees("features/dict_input.pt", from_file);
  CHECK(std::ranges::find(dict, "sum") != dict.end());
  CHECK(std::ranges::find(dict, "arguments.0.sum") != dict.end());
  from_file.inputs.file = fixture("features/two_calls.pt");
  CHECK(agrees("features/optional_input.pt", from_file).size() == 1);
}

}  // namespace graphwitness::exec
