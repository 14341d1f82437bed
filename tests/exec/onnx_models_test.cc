// Running ONNX models. Skipped with a word where ONNX Runtime was not there when this was built.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "contains.h"
#include "exec/compare/compare.h"
#include "exec/inputs/write.h"
#include "exec/number_elements.h"
#include "exec/protobuf.h"
#include "graphwitness/support/error.h"
#include "support/program_files.h"
#include "temporary_folder.h"
#include "zip_file.h"

namespace graphwitness::exec {
namespace {

const std::string kFixtures = GRAPHWITNESS_SOURCE_DIR "/fixtures/";
const std::string kScripted = kFixtures + "two_branch/scripted.pt";
const std::string kScriptedOnnx = kFixtures + "two_branch/scripted.onnx";
const std::string kTracedOnnx = kFixtures + "two_branch/traced.onnx";

bool skipped() {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  setenv(kOnnxWorkerVariable, GRAPHWITNESS_ONNX_WORKER, 1);
  if (std::filesystem::exists(GRAPHWITNESS_ONNX_WORKER)) return false;
  MESSAGE("skipped: built without ONNX Runtime (scripts/fetch_onnxruntime.sh gets it)");
  return true;
}

CompareOptions generating(const char* input, std::uint64_t samples = 3) {
  CompareOptions options;
  options.inputs.inputs = {input};
  options.inputs.samples = samples;
  return options;
}

Argument vector_of(const std::string& name, std::size_t size, float value) {
  Tensor tensor{.dtype = DType::f32, .sizes = {static_cast<std::int64_t>(size)}};
  for (std::size_t i = 0; i < size; ++i)
    tensor.bytes += element_bytes(Value::of(static_cast<double>(value)), DType::f32);
  return {name, Value::of(std::move(tensor))};
}

}  // namespace

TEST_CASE("a scripted model agrees with its ONNX, and differs from the trace's") {
  if (skipped()) return;
  const ComparisonReport report =
      compare_models(kScripted, {kScriptedOnnx, kTracedOnnx}, generating("input=float32[20]", 20));
  REQUIRE(report.error.empty());
  CHECK(report.pairs[0].match);
  CHECK(report.pairs[1].outputs.at(0).difference == Difference::shape);
}

TEST_CASE("an ONNX model as reference, its inputs as it declares them") {
  if (skipped()) return;
  const ComparisonReport report = compare_models(kScriptedOnnx, {kScripted}, {});
  CHECK(contains(report.inputs, "declares"));
  CHECK(report.pairs.at(0).match);
  CHECK(report.pairs[0].outputs.at(0).name == "output");
  const ComparisonReport other = compare_models(kScripted, {kScriptedOnnx}, {});
  CHECK(contains(other.inputs, "scripted.onnx` declares"));
  CHECK(other.pairs.at(0).match);
}

TEST_CASE("names that a later model does not have go by position, and the report says so; the first is strict") {
  if (skipped()) return;
  const std::string well = kFixtures + "misbehaving/well_behaved.pt";  // its parameter is `x`
  const ComparisonReport report = compare_models(well, {kTracedOnnx}, generating("x=float32[20]"));
  CHECK(report.pairs.at(0).notes.at(0) == "given by position: `x` as `input`");
  CHECK(contains(compare_models(kTracedOnnx, {kScripted}, generating("nobody=float32[20]")).error,
                 "has no parameter `nobody`; it takes `input: float32[20]`"));
}

TEST_CASE("inputs of the wrong type or size are the model's error") {
  if (skipped()) return;
  CHECK(contains(compare_models(kTracedOnnx, {}, generating("input=float64[20]")).error,
                 "the input for `input` is float64[20], expected float32[20]"));
  CHECK(contains(compare_models(kTracedOnnx, {}, generating("input=float32[3]")).error, "it raised"));
}

TEST_CASE("values inside of a graph are handed over by name") {
  if (skipped()) return;
  RunRequest request{.samples = {{.seed = 0, .arguments = {vector_of("input", 20, 1)}}}};
  request.watched = {"output", "input"};
  const std::vector<ModelRun> runs = run_models({kTracedOnnx}, request, {});
  REQUIRE(runs.at(0).error == "");
  const SampleResult result = decode_answer(runs[0].answers.at(0)).result;
  CHECK(result.names == std::vector<std::string>{"output"});
  REQUIRE(result.watched.size() == 2);
  request.watched = {"nowhere"};
  CHECK(contains(run_models({kTracedOnnx}, request, {}).at(0).error, "nowhere"));
}

TEST_CASE("a worker that is not there, a library that is none") {
  if (skipped()) return;
  setenv("GRAPHWITNESS_ONNXRUNTIME", "/nowhere/libonnxruntime.so", 1);
  CHECK(contains(compare_models(kTracedOnnx, {}, generating("float32[20]")).error, "scripts/fetch_onnxruntime.sh"));
  unsetenv("GRAPHWITNESS_ONNXRUNTIME");
  setenv(kOnnxWorkerVariable, "/nowhere/worker", 1);
  CHECK(contains(compare_models(kTracedOnnx, {}, generating("float32[20]")).error, "scripts/fetch_onnxruntime.sh"));
}

TEST_CASE("a worker that crashes or hangs is an error of its model") {
  const TemporaryFolder folder;
  const auto error_of = [&](const char* script) {
    const std::string path = write_file(folder.path() / "worker", std::string("#!/bin/sh\n") + script + "\n");
    chmod(path.c_str(), 0700);
    setenv(kOnnxWorkerVariable, path.c_str(), 1);
    CompareOptions options = generating("float32[20]", 1);
    options.limits.timeout = std::chrono::seconds(1);
    const std::string error = compare_models(kTracedOnnx, {}, options).error;
    unsetenv(kOnnxWorkerVariable);
    return error;
  };
  CHECK(contains(error_of("kill -SEGV $$"), "killed by SIGSEGV"));
  CHECK(contains(error_of("sleep 60"), "--timeout"));
}

TEST_CASE("CUDA where there is none is an error that says what to do") {
  if (skipped()) return;
  CompareOptions options = generating("float32[20]");
  options.device = Device::cuda;
  const ComparisonReport report = compare_models(kScripted, {kTracedOnnx}, options);
  if (report.error.empty()) {
    MESSAGE("skipped: there is a CUDA device");
    return;
  }
  CHECK(contains(report.error, "cannot be run on CUDA"));
  CHECK(contains(report.pairs.at(0).error, "cannot be run on CUDA"));
}

TEST_CASE("inputs written and read again give the same outputs, which may be expected from a file") {
  if (skipped()) return;
  const TemporaryFolder folder;
  CompareOptions options = generating("input=float32[20]", 1);
  for (const char* name : {"inputs.npz", "inputs.npy", "inputs.pt", "data"}) {
    CAPTURE(name);
    options.write_inputs = folder.path() / name;
    CHECK(compare_models(kScripted, {kScriptedOnnx}, options).pairs.at(0).match);
    CompareOptions again;
    again.inputs.file = options.write_inputs;
    CHECK(compare_models(kScripted, {kScriptedOnnx}, again).pairs.at(0).match);
  }
  options = generating("input=float32[20]", 2);
  options.write_inputs = folder.path() / "two.npz";
  CHECK_THROWS_WITH_AS(compare_models(kScripted, {kScriptedOnnx}, options), doctest::Contains("--samples 1"),
                       InputError);
}

TEST_CASE("an optional input may be without a value, and may not be given at all") {
  if (skipped()) return;
  const auto tensor = [](std::uint64_t dtype) {
    return ProtobufWriter().bytes(1, ProtobufWriter().number(1, dtype).str()).str();
  };
  const auto named = [](const char* name, const std::string& type) {
    return ProtobufWriter().bytes(1, name).bytes(2, type).str();
  };
  const std::string optional = ProtobufWriter().bytes(9, ProtobufWriter().bytes(1, tensor(1)).str()).str();
  const std::string node = ProtobufWriter().bytes(1, "x").bytes(2, "y").bytes(4, "OptionalHasElement").str();
  const std::string graph = ProtobufWriter()
                                .bytes(1, node)
                                .bytes(2, "g")
                                .bytes(11, named("x", optional))
                                .bytes(12, named("y", tensor(9)))
                                .str();
  const TemporaryFolder folder;
  const std::string opset = ProtobufWriter().number(2, 15).str();
  const std::string path =
      write_file(folder.path() / "model.onnx", ProtobufWriter().number(1, 8).bytes(7, graph).bytes(8, opset).str());
  const auto has_element = [&](Sample sample) {
    const std::vector<ModelRun> runs = run_models({path}, {.samples = {std::move(sample)}}, {});
    REQUIRE(runs.at(0).error.empty());
    return decode_answer(runs[0].answers.at(0)).result.output.items.at(0).tensor.bytes.at(0) != 0;
  };
  CHECK_FALSE(has_element({}));
  CHECK_FALSE(has_element({.arguments = {{"x", Value{}}}}));
  CHECK(has_element({.arguments = {vector_of("x", 2, 1)}}));
}

TEST_CASE("a sequence keeps a model's state, and each call without one sees a fresh model") {
  setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1);
  const std::string path = kFixtures + "stateful/sums_up.pt";
  RunRequest request{
      .samples = {{.seed = 0, .arguments = {vector_of("", 4, 1)}}, {.seed = 0, .arguments = {vector_of("", 4, 1)}}}};
  const std::vector<ModelRun> fresh = run_models({path}, request, {});
  REQUIRE(fresh.at(0).answers.size() == 2);
  CHECK(fresh[0].answers[0] == fresh[0].answers[1]);
  request.sequence = true;
  const std::vector<ModelRun> sequence = run_models({path}, request, {});
  REQUIRE(sequence.at(0).answers.size() == 2);
  CHECK(sequence[0].answers[0] != sequence[0].answers[1]);
}

}  // namespace graphwitness::exec
