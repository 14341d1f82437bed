#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include "contains.h"
#include "graphwitness/report/report.h"
#include "graphwitness/report/verify.h"
#include "report/sample.h"

namespace graphwitness {
namespace {

std::string junit_of(std::optional<Severity> fail_on) {
  std::ostringstream out;
  write_junit(out, sample_report(), fail_on);
  return out.str();
}

}  // namespace

TEST_CASE(
    "JUnit of `check`: a case a rule and model, an error for a model that cannot be read, a pass for a clean one") {
  const std::string text = junit_of(Severity::warning);
  CHECK(contains(text, "<testsuites tests=\"3\" failures=\"1\" errors=\"1\">"));
  CHECK(contains(
      text,
      "<testcase name=\"data-dependent-branch\" classname=\"m.pt\">\n      <failure message=\"my_module.py:11: "
      "error: the arm is chosen by the data of `input`\">"));
  CHECK(contains(text, "<error message=\"`b.pt` is a text file\">"));
  CHECK(contains(text, "<testcase name=\"check\" classname=\"c.onnx\"/>"));
}

TEST_CASE("what is below the severity that fails passes, with what was found") {
  CHECK(contains(junit_of(std::nullopt), "failures=\"0\""));
  CHECK(contains(junit_of(std::nullopt), "<system-out>my_module.py:11: error: "));
}

TEST_CASE("JUnit of `verify`: undecided is skipped, and fails when strict") {
  VerificationReport report{.scripted = "s.pt", .method = "forward"};
  report.same_shapes.verdict = Verdict::refuted;
  report.same_shapes.witness = WitnessReport{.against = "replay", .difference = "output `0`: value"};
  report.other_shapes.reasons = {"the budget ran out"};
  std::ostringstream out;
  write_verify_junit(out, report, false);
  CHECK(contains(out.str(), "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\""));
  CHECK(contains(out.str(), "<skipped message=\"other shapes: undecided: the budget ran out\">"));
  out.str("");
  write_verify_junit(out, report, true);
  CHECK(contains(out.str(), "failures=\"2\""));
}

}  // namespace graphwitness
