#include "report/junit.h"

#include <string>
#include <vector>

#include "graphwitness/report/verify.h"
#include "report/verify/sentences.h"

namespace graphwitness {
namespace {

using Outcome = JunitCase::Outcome;

Outcome outcome_of(Verdict verdict, bool strict) {
  switch (verdict) {
    case Verdict::proved:
      return Outcome::passed;
    case Verdict::refuted:
      return Outcome::failed;
    case Verdict::undecided:
      break;
  }
  return strict ? Outcome::failed : Outcome::skipped;
}

JunitCase case_of(const char* scope, const ScopeReport& report, const std::string& pair, bool strict) {
  JunitCase one{
      .name = scope, .group = pair, .outcome = outcome_of(report.verdict, strict), .message = sentence(scope, report)};
  for (const std::string& line : report.assumptions) one.details += "provided: " + line + "\n";
  for (const std::string& line : report.reasons) one.details += "because: " + line + "\n";
  if (!report.witness) return one;
  for (const std::string& line : report.witness->changes) one.details += "changes: " + line + "\n";
  if (!report.witness->folder.empty()) one.details += "witness: " + report.witness->folder + "\n";
  return one;
}

}  // namespace

void write_verify_junit(std::ostream& out, const VerificationReport& report, bool strict) {
  const std::string pair = name_of_pair(report);
  write_junit(out, "graphwitness verify",
              {case_of("same shapes", report.same_shapes, pair, strict),
               case_of("other shapes", report.other_shapes, pair, strict)});
}

}  // namespace graphwitness
