#include <fmt/format.h>

#include <ostream>
#include <string_view>

#include "graphwitness/report/verify.h"
#include "report/phrases.h"

namespace graphwitness {
namespace {

class VerifyWriter {
 public:
  VerifyWriter(std::ostream& out, bool color) : out_(out), color_(color) {}

  void write(const VerificationReport& report, bool summary) {
    if (summary) {
      const std::string other = report.traced.empty() ? "the replay of its trace" : clean(report.traced);
      const std::string exported =
          report.exported.empty() ? "" : " and " + painted(color_, "1", clean(report.exported));
      out_ << fmt::format("{} against {}{}, `{}`\n", painted(color_, "1", clean(report.scripted)),
                          painted(color_, "1", other), exported, clean(report.method));
      out_ << fmt::format("  example: {}\n", clean(report.example));
    }
    write_scope("same shapes", report.same_shapes, summary);
    write_scope("other shapes", report.other_shapes, summary);
  }

 private:
  void write_scope(std::string_view name, const ScopeReport& scope, bool summary) {
    if (!summary && scope.verdict != Verdict::refuted) return;
    const std::string_view color = scope.verdict == Verdict::proved    ? "1;32"
                                   : scope.verdict == Verdict::refuted ? "1;31"
                                                                       : "1;33";
    out_ << fmt::format("{}: {}\n", name, painted(color_, color, name_of(scope.verdict)));
    if (scope.witness) write_witness(*scope.witness);
    for (const std::string& line : scope.assumptions) out_ << fmt::format("  provided: {}\n", clean(line));
    for (const std::string& line : scope.reasons) out_ << fmt::format("  because: {}\n", clean(line));
  }

  void write_witness(const WitnessReport& witness) {
    const std::string_view against = witness.against == "onnx" ? "ONNX model" : std::string_view(witness.against);
    out_ << fmt::format("  against the {}: {}\n", against, clean(witness.difference));
    for (const std::string& change : witness.changes) out_ << fmt::format("  changes: {}\n", clean(change));
    for (const DecisionChange& one : witness.decisions) {
      const std::string place = one.line == 0 ? "" : fmt::format(" at {}:{}", clean(one.file), one.line);
      out_ << fmt::format("  {}{}: {} becomes {}\n", one.kind, place, clean(one.from), clean(one.to));
    }
    if (!witness.step.empty()) out_ << fmt::format("  wrong since: {}\n", witness.step);
    if (!witness.folder.empty()) {
      out_ << fmt::format("  witness: {}\n", clean(witness.folder));
    } else {
      out_ << "  witness: not kept; `--witness-dir DIR` saves it\n";
    }
  }

  std::ostream& out_;
  bool color_;
};

}  // namespace

void write_verify_text(std::ostream& out, const VerificationReport& report, bool color, bool summary) {
  VerifyWriter(out, color).write(report, summary);
}

}  // namespace graphwitness
