#include "verify/search.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "exec/inputs/files.h"
#include "exec/wire.h"
#include "support/program_files.h"

namespace graphwitness::verify {
namespace {

const std::string kFixtures = GRAPHWITNESS_SOURCE_DIR "/fixtures/";

void use_built_worker() { setenv(kTorchWorkerVariable, GRAPHWITNESS_TORCH_WORKER, 1); }

std::vector<exec::Argument> call_in(const std::string& file) {
  use_built_worker();
  return exec::read_calls(file, {}).at(0);
}

SearchOutcome find(const SearchRequest& request) {
  use_built_worker();
  return search(request, {}, {});
}

SearchRequest request_for(const std::string& name) {
  const std::string base = kFixtures + "verify/" + name;
  SearchRequest request{.scripted = base + "_scripted.pt"};
  if (std::filesystem::exists(base + "_traced.pt")) request.traced = base + "_traced.pt";
  request.example = call_in(base + "_example.pt");
  request.evaluations = 3000;
  return request;
}

std::string bytes_of(const Witness& witness) {
  std::string bytes;
  for (const exec::Argument& argument : witness.arguments) exec::encode(argument.value, bytes);
  return bytes;
}

/// Runs the witness once more, in workers of its own.
bool shows_difference(const SearchRequest& request, const Witness& witness) {
  exec::RunRequest run;
  run.samples.push_back({.seed = witness.seed, .arguments = witness.arguments});
  const auto runs = exec::run_models({request.scripted, *request.traced}, run, {});
  const exec::SampleResult a = exec::decode_answer(runs[0].answers.at(0)).result;
  const exec::SampleResult b = exec::decode_answer(runs[1].answers.at(0)).result;
  if (a.raised || b.raised) return a.raised.has_value() != b.raised.has_value();
  std::string left;
  std::string right;
  exec::encode(a.output, left);
  exec::encode(b.output, right);
  return left != right;
}

TEST_CASE("branches that a search has to work for") {
  for (const std::string name : {"through_convolutions", "softmax_maximum", "and_of_three", "far_threshold",
                                 "integers_equal", "converges", "branch_in_loop", "not_a_number", "two_elements"}) {
    CAPTURE(name);
    const SearchRequest request = request_for(name);
    const SearchOutcome outcome = find(request);
    CHECK(outcome.error == "");
    REQUIRE(outcome.same_shapes);
    CHECK_FALSE(outcome.example_differs);
    CHECK_FALSE(outcome.same_shapes->decisions.empty());
    CHECK(shows_difference(request, *outcome.same_shapes));
  }
}

TEST_CASE("branches on shapes are turned by other shapes, and by no data") {
  for (const std::string name : {"longer_than_64", "batch_of_two"}) {
    CAPTURE(name);
    const SearchRequest request = request_for(name);
    const SearchOutcome outcome = find(request);
    CHECK(outcome.error == "");
    CHECK_FALSE(outcome.same_shapes);
    REQUIRE(outcome.other_shapes);
    CHECK(shows_difference(request, *outcome.other_shapes));
  }
}

TEST_CASE("a witness that was made small is tried at other shapes") {
  const SearchRequest request = request_for("far_threshold");
  const SearchOutcome outcome = find(request);
  REQUIRE(outcome.other_shapes);
  CHECK(shows_difference(request, *outcome.other_shapes));
}

TEST_CASE("a size inside is turned by the size of the input that it grows with") {
  SearchRequest request = request_for("pooled");
  request.evaluations = 30;
  const SearchOutcome outcome = find(request);
  CHECK(outcome.error == "");
  CHECK_FALSE(outcome.same_shapes);
  REQUIRE(outcome.other_shapes);
  REQUIRE(outcome.other_shapes->decisions.size() == 1);
  CHECK(outcome.other_shapes->decisions[0].to == "true");
  CHECK(shows_difference(request, *outcome.other_shapes));
}

TEST_CASE("a string argument is taken from the graph, against the replay") {
  const SearchOutcome outcome = find(request_for("string_argument"));
  CHECK(outcome.error == "");
  REQUIRE(outcome.same_shapes);
  CHECK_FALSE(outcome.same_shapes->against_trace);
  CHECK(outcome.same_shapes->arguments.at(1).value.text == "largest");
  CHECK(outcome.same_shapes->changed_elements == 1);
}

TEST_CASE("an input that requires a gradient is tried where the script asks for it") {
  const SearchRequest request = request_for("gradient");
  const SearchOutcome outcome = find(request);
  CHECK(outcome.error == "");
  REQUIRE(outcome.same_shapes);
  CHECK(outcome.same_shapes->arguments.at(0).value.tensor.requires_grad);
  CHECK(outcome.same_shapes->changed_elements == 0);
  CHECK(shows_difference(request, *outcome.same_shapes));
}

TEST_CASE("inputs for other models are those on which both sides agree, where they are asked for") {
  SearchRequest request = request_for("healthy");
  CHECK(find(request).probes.empty());
  request.probes = true;
  const SearchOutcome outcome = find(request);
  std::size_t other = 0;
  for (const Probe& probe : outcome.probes) other += probe.other_shapes ? 1 : 0;
  CHECK(other > 0);
  CHECK(other < outcome.probes.size());
}

TEST_CASE("nothing is found where there is nothing") {
  for (const std::string name : {"healthy", "healthy_convolution", "healthy_noise"}) {
    CAPTURE(name);
    SearchRequest request = request_for(name);
    const SearchOutcome outcome = find(request);
    CHECK(outcome.error == "");
    CHECK_FALSE(outcome.same_shapes);
    CHECK_FALSE(outcome.other_shapes);
    CHECK_FALSE(outcome.reasons.empty());
    request.traced.reset();
    const SearchOutcome replayed = find(request);
    CHECK(replayed.error == "");
    CHECK_FALSE(replayed.same_shapes);
    CHECK_FALSE(replayed.other_shapes);
  }
}

TEST_CASE("two arms: one changed element is enough, on the line of the branch") {
  SearchRequest request{.scripted = kFixtures + "two_branch/scripted.pt"};
  request.traced = kFixtures + "two_branch/traced.pt";
  request.example = call_in(kFixtures + "two_branch/example.pt");
  request.evaluations = 2000;
  SearchOutcome outcome = find(request);
  CHECK(outcome.error == "");
  REQUIRE(outcome.same_shapes);
  CHECK(outcome.same_shapes->changed_elements == 1);
  CHECK(outcome.same_shapes->difference == Difference::shape);
  REQUIRE(outcome.same_shapes->decisions.size() == 1);
  CHECK(outcome.same_shapes->decisions[0].place.line == 20);
  CHECK(outcome.same_shapes->decisions[0].place.file.ends_with("my_module.py"));
  CHECK(outcome.same_shapes->decisions[0].from == "true");

  SUBCASE("the same seed finds the same") {
    const SearchOutcome again = find(request);
    REQUIRE(again.same_shapes);
    CHECK(bytes_of(*again.same_shapes) == bytes_of(*outcome.same_shapes));
    CHECK(again.evaluations == outcome.evaluations);
  }
  SUBCASE("against the replay too") {
    request.traced.reset();
    outcome = find(request);
    REQUIRE(outcome.same_shapes);
    CHECK_FALSE(outcome.same_shapes->against_trace);
  }
}

TEST_CASE("the replay computes what the trace computes") {
  SearchRequest request{.scripted = kFixtures + "two_branch/scripted.pt"};
  request.example = call_in(kFixtures + "two_branch/example.pt");
  const auto negative = call_in(kFixtures + "two_branch/negative.pt");
  const ReplayOutcome outcome = replay(request, {request.example, negative}, {});
  CHECK(outcome.error == "");
  REQUIRE(outcome.results.size() == 2);
  exec::RunRequest run;
  run.samples.push_back({.seed = 0, .arguments = negative});
  const auto traced = exec::run_models({kFixtures + "two_branch/traced.pt"}, run, {});
  CHECK(exec::decode_answer(traced[0].answers.at(0)).result.output.tensor == outcome.results[1].output.tensor);
}

TEST_CASE("a loop without an end on some inputs is no witness, and does not hang the search") {
  SearchRequest request{.scripted = kFixtures + "loops/while_sum.pt"};
  const std::string ones("\0\0\x80\x3f\0\0\x80\x3f", 8);
  request.example = {{"", exec::Value::of(exec::Tensor{.dtype = DType::f32, .sizes = {2}, .bytes = ones})}};
  request.evaluations = 400;
  const SearchOutcome outcome = find(request);
  CHECK(outcome.error == "");
  REQUIRE(outcome.same_shapes);
  CHECK(outcome.same_shapes->decisions.at(0).kind == DecisionKind::loop);
}

TEST_CASE("what cannot be run is an error that says why") {
  SearchRequest request{.scripted = kFixtures + "two_branch/scripted.pt"};
  request.example = {{"", exec::Value::of(std::int64_t{3})}};
  CHECK(find(request).error.find("the input for `input`") != std::string::npos);
  request.scripted = "/nowhere.pt";
  CHECK_FALSE(find(request).error.empty());
}

}  // namespace
}  // namespace graphwitness::verify
