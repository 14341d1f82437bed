#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

#include "graphwitness/report/report.h"
#include "report/phrases.h"
#include "report/snippet.h"

namespace graphwitness {
namespace {

constexpr std::size_t kMostPlaces = 5;
constexpr std::size_t kMostFrames = 8;

std::string place(const SourceSpan& at, const std::string& model) {
  std::string text = clean(at.file.empty() ? model : at.file);
  if (at.line == 0) return text;
  text += fmt::format(":{}", at.line);
  if (at.column != 0) text += fmt::format(":{}", at.column);
  return text;
}

/// "torchscript; forward scripted", or "torchscript; all of 12 methods scripted" where there are many.
std::string methods_in_words(const std::vector<MethodReport>& methods) {
  constexpr std::size_t kMostMethods = 4;
  const auto same = [&](const MethodReport& method) { return method.origin == methods[0].origin; };
  if (methods.size() > kMostMethods && std::ranges::all_of(methods, same)) {
    return fmt::format("all of {} methods {}", methods.size(), methods[0].origin);
  }
  std::string text;
  for (const MethodReport& method : methods) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", clean(method.name), method.origin);
  }
  return text;
}

std::string kind_of(const ModelReport& model) {
  std::string text = model.format;
  if (!model.methods.empty()) text += "; " + methods_in_words(model.methods);
  if (!model.against_methods.empty()) text += ", against " + methods_in_words(model.against_methods);
  return text;
}

/// "1 error; 2 known or silenced".
std::string outcome_of(const ModelReport& model) {
  const auto suppressed =
      std::ranges::count_if(model.findings, [](const Finding& finding) { return finding.suppressed.has_value(); });
  const std::string counts = counts_in_words(count_findings(model));
  return suppressed == 0 ? counts : fmt::format("{}; {} known or silenced", counts, suppressed);
}

/// "a.pt", "a.pt against b.pt".
std::string name_of(const ModelReport& model) {
  return model.against.empty() ? clean(model.path)
                               : fmt::format("{} against {}", clean(model.path), clean(model.against));
}

class TextWriter {
 public:
  TextWriter(std::ostream& out, const TextOptions& options) : out_(out), options_(options) {}

  void write(const Report& report) {
    for (const ModelReport& model : report.models) {
      if (model.error.empty()) write_model(model);
    }
    if (options_.summary && report.models.size() > 1) write_summary(report);
  }

 private:
  void write_model(const ModelReport& model) {
    const bool has_findings = std::ranges::any_of(model.findings, [](const Finding& f) { return !f.suppressed; });
    if (!has_findings && !options_.summary) return;
    out_ << fmt::format("{}: {} ({})\n", bold(name_of(model)), outcome_of(model), kind_of(model));
    for (const Finding& finding : model.findings) {
      if (!finding.suppressed) write_finding(finding, model.path);
    }
  }

  void write_finding(const Finding& finding, const std::string& model) {
    out_ << fmt::format("\n{}: {}: {} [{}]\n", bold(place(finding.at, model)), severity(finding.severity),
                        clean(finding.message), finding.rule);
    write_snippet(finding.at);
    if (finding.severity != Severity::note || options_.full_notes) write_explanation(finding, model);
    write_occurrences(finding, model);
    out_ << '\n';
  }

  void write_snippet(const SourceSpan& at) {
    const Snippet snippet = snippet_of(at);
    if (snippet.line.empty()) return;
    const std::string number = at.line == 0 ? "" : std::to_string(at.line);
    out_ << fmt::format("{:>5} | {}\n", number, snippet.line);
    if (!snippet.mark.empty()) out_ << fmt::format("{:>5} | {}\n", "", green(snippet.mark));
  }

  void write_explanation(const Finding& finding, const std::string& model) {
    write_trail(finding);
    if (!finding.keeps.empty()) out_ << fmt::format("  keeps: {}\n", clean(finding.keeps));
    if (!finding.loses.empty()) out_ << fmt::format("  loses: {}\n", clean(finding.loses));
    if (!finding.fix.empty()) out_ << fmt::format("  fix:   {}\n", clean(finding.fix));
    write_stack(finding, model);
  }

  void write_trail(const Finding& finding) {
    if (finding.trail.empty()) return;
    out_ << "  trail:\n";
    // A step whose place is not known shows none: the model is named above.
    std::size_t place_width = 0;
    std::size_t op_width = 0;
    for (const TrailStep& step : finding.trail) {
      place_width = std::max(place_width, place(step.at, "").size());
      op_width = std::max(op_width, clean(step.op).size());
    }
    const std::string_view gap = place_width == 0 ? "" : "  ";
    for (const TrailStep& step : finding.trail) {
      std::string line = fmt::format("    {:<{}}{}{:<{}}  {}", place(step.at, ""), place_width, gap, clean(step.op),
                                     op_width, clean(step.message));
      line.erase(line.find_last_not_of(' ') + 1);
      out_ << line << '\n';
    }
  }

  void write_stack(const Finding& finding, const std::string& model) {
    const std::size_t shown = std::min(finding.stack.size(), kMostFrames);
    for (std::size_t i = 0; i < shown; ++i) {
      const StackFrame& frame = finding.stack[i];
      out_ << fmt::format("  frame: {}", place(frame.at, model));
      if (!frame.function.empty()) out_ << fmt::format(", in `{}`", clean(frame.function));
      out_ << '\n';
    }
    if (shown < finding.stack.size()) out_ << fmt::format("  frame: and {} more\n", finding.stack.size() - shown);
  }

  void write_occurrences(const Finding& finding, const std::string& model) {
    const std::size_t shown = std::min(finding.occurrences.size(), kMostPlaces);
    for (std::size_t i = 0; i < shown; ++i) out_ << fmt::format("  also:  {}\n", place(finding.occurrences[i], model));
    const std::size_t left = finding.occurrences.size() - shown;
    if (left != 0)
      out_ << fmt::format("  also:  {} in all, {} not shown\n", counted(finding.occurrences.size(), "place"), left);
  }

  void write_summary(const Report& report) {
    const auto failed = static_cast<std::size_t>(
        std::ranges::count_if(report.models, [](const ModelReport& model) { return !model.error.empty(); }));
    out_ << fmt::format("{}: {}", counted(report.models.size(), "model"), counts_in_words(count_findings(report)));
    if (failed != 0) out_ << fmt::format("; {} could not be read", failed);
    out_ << '\n';
  }

  std::string colored(std::string_view code, std::string_view text) const {
    return painted(options_.color, code, text);
  }
  std::string bold(std::string_view text) const { return colored("1", text); }
  std::string green(std::string_view text) const { return colored("32", text); }
  std::string severity(Severity severity) const {
    switch (severity) {
      case Severity::error:
        return colored("1;31", "error");
      case Severity::warning:
        return colored("1;33", "warning");
      case Severity::note:
        break;
    }
    return colored("1;36", "note");
  }

  std::ostream& out_;
  const TextOptions& options_;
};

}  // namespace

void write_text(std::ostream& out, const Report& report, const TextOptions& options) {
  TextWriter(out, options).write(report);
}

}  // namespace graphwitness
