#include "verify/messages.h"

#include <doctest/doctest.h>

#include "graphwitness/support/error.h"

namespace graphwitness::verify {
namespace {

TEST_CASE("a task comes out as it went in") {
  Task task{.request = {.scripted = "s.pt", .traced = "t.pt", .method = "infer"}, .threads = 3};
  task.request.example = {{"x", exec::Value::of(1.5)}, {"", exec::Value::of(std::string("mode"))}};
  task.request.budget = std::chrono::milliseconds(1234);
  task.request.seed = 7;
  task.request.evaluations = 99;
  task.request.tolerance.relative = 0.25;
  task.calls = {{{"", exec::Value::of(std::int64_t{4})}}};
  const Task back = decode_task(encode_task(task));
  CHECK(back.request.scripted == "s.pt");
  CHECK(back.request.traced == "t.pt");
  CHECK(back.request.method == "infer");
  REQUIRE(back.request.example.size() == 2);
  CHECK(back.request.example[0].name == "x");
  CHECK(back.request.example[1].value.text == "mode");
  CHECK(back.request.budget.count() == 1234);
  CHECK(back.request.seed == 7);
  CHECK(back.request.evaluations == 99);
  CHECK(back.request.tolerance.relative == 0.25);
  CHECK_FALSE(back.request.tolerance.absolute);
  REQUIRE(back.calls.size() == 1);
  CHECK(back.calls[0][0].value.integer == 4);
  CHECK(back.threads == 3);
}

TEST_CASE("answers come out as they went in") {
  WitnessAnswer found{.other_shapes = true};
  found.witness.arguments = {{"", exec::Value::of(2.5)}};
  found.witness.against_trace = false;
  found.witness.difference = Difference::shape;
  found.witness.differs = "output `0`";
  found.witness.changed_elements = 3;
  found.witness.decisions = {{DecisionKind::loop, {.file = "m.py", .line = 4, .column = 2}, "1 turn", "3 turns"}};
  const auto back = std::get<WitnessAnswer>(decode_answer(encode_answer(found)));
  CHECK(back.other_shapes);
  CHECK(back.witness.arguments.at(0).value.real == 2.5);
  CHECK_FALSE(back.witness.against_trace);
  CHECK(back.witness.difference == Difference::shape);
  CHECK(back.witness.changed_elements == 3);
  REQUIRE(back.witness.decisions.size() == 1);
  CHECK(back.witness.decisions[0].place.line == 4);
  CHECK(back.witness.decisions[0].to == "3 turns");

  Report report{.example_differs = true, .evaluations = 12, .reasons = {"why"}, .cause = "what"};
  DecisionReport decision{.kind = DecisionKind::number, .on_shape = true, .slack = 0.5, .message = "m"};
  report.decisions = {decision};
  const auto said = std::get<Report>(decode_answer(encode_answer(report)));
  CHECK(said.example_differs);
  CHECK(said.evaluations == 12);
  CHECK(said.cause == "what");
  CHECK(said.reasons == std::vector<std::string>{"why"});
  REQUIRE(said.decisions.size() == 1);
  CHECK(said.decisions[0].kind == DecisionKind::number);
  CHECK(said.decisions[0].on_shape);
  CHECK(said.decisions[0].slack == 0.5);

  CHECK(std::get<Refusal>(decode_answer(encode_answer(Refusal{"no"}))).text == "no");
}

TEST_CASE("an answer that was cut or made up is an error, not a crash") {
  const std::string bytes = encode_answer(WitnessAnswer{});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_THROWS_AS(decode_answer(std::string_view(bytes).substr(0, size)), InputError);
  }
  CHECK_THROWS_AS(decode_answer(bytes + "x"), InputError);
}

}  // namespace
}  // namespace graphwitness::verify
