#include "report/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "support/escape.h"

namespace graphwitness {
namespace {

using Outcome = JunitCase::Outcome;

std::ptrdiff_t count(const std::vector<JunitCase>& cases, Outcome outcome) {
  return std::ranges::count(cases, outcome, &JunitCase::outcome);
}

const char* element_of(Outcome outcome) {
  if (outcome == Outcome::failed) return "failure";
  return outcome == Outcome::skipped ? "skipped" : "error";
}

void write_case(std::ostream& out, const JunitCase& one) {
  out << fmt::format("    <testcase name=\"{}\" classname=\"{}\"", escape_xml(one.name), escape_xml(one.group));
  if (one.outcome == Outcome::passed) {
    out << (one.details.empty() ? "/>\n"
                                : fmt::format("><system-out>{}</system-out></testcase>\n", escape_xml(one.details)));
    return;
  }
  out << fmt::format(">\n      <{0} message=\"{1}\">{2}</{0}>\n    </testcase>\n", element_of(one.outcome),
                     escape_xml(one.message), escape_xml(one.details));
}

}  // namespace

void write_junit(std::ostream& out, const std::string& suite, const std::vector<JunitCase>& cases) {
  const std::string counts = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases.size(),
                                         count(cases, Outcome::failed), count(cases, Outcome::error));
  out << fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {0}>\n"
      "  <testsuite name=\"{1}\" {0} skipped=\"{2}\">\n",
      counts, escape_xml(suite), count(cases, Outcome::skipped));
  for (const JunitCase& one : cases) write_case(out, one);
  out << "  </testsuite>\n</testsuites>\n";
}

}  // namespace graphwitness
