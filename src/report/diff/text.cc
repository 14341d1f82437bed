#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string_view>

#include "graphwitness/report/diff.h"
#include "report/phrases.h"
#include "support/escape.h"

namespace graphwitness {
namespace {

using Kind = GraphChange::Kind;
using Side = ChangeLine::Side;

/// Lines of one change; a loop's body or an arm may be long.
constexpr std::size_t kMostLines = 24;
constexpr std::size_t kMostPlaces = 5;
constexpr std::size_t kLongestLine = 110;

/// What a change is called: above it, and where one and many are counted.
struct Words {
  const char* heading;
  const char* one;
  const char* many;
};
constexpr std::array kWords = std::to_array<Words>({
    {"branch lost", "branch lost", "branches lost"},
    {"loop unrolled", "loop unrolled", "loops unrolled"},
    {"loop lost", "loop lost", "loops lost"},
    {"assertion lost", "assertion lost", "assertions lost"},
    {"frozen", "value frozen", "values frozen"},
    {"write lost", "write lost", "writes lost"},
    {"inputs and outputs", "change of inputs or outputs", "changes of inputs or outputs"},
    {"lost", "place with operators lost", "places with operators lost"},
    {"added", "place with operators added", "places with operators added"},
    {"changed", "operator changed", "operators changed"},
    {"attribute changed", "attribute changed", "attributes changed"},
    {"operand changed", "operand changed", "operands changed"},
    {"branch added", "branch added", "branches added"},
    {"loop added", "loop added", "loops added"},
});

std::size_t words_of(const GraphChange& change) {
  const bool is_new = change.left_nodes.empty() && !change.right_nodes.empty();
  switch (change.kind) {
    case Kind::branch:
      return is_new ? 12 : 0;
    case Kind::loop:
      return change.turns ? 1 : is_new ? 13 : 2;
    case Kind::assertion:
      return 3;
    case Kind::frozen:
      return 4;
    case Kind::state:
      return 5;
    case Kind::interface:
      return 6;
    case Kind::lost:
      return 7;
    case Kind::added:
      return 8;
    case Kind::op:
      return 9;
    case Kind::attribute:
      return 10;
    case Kind::wiring:
      return 11;
  }
  return 0;
}

class DiffWriter {
 public:
  DiffWriter(std::ostream& out, const DiffTextOptions& options) : out_(out), options_(options) {}

  void write(const DiffReport& report) {
    if (options_.summary || count_changes(report) > 0) {
      out_ << fmt::format("{}\n{}\n", painted(options_.color, "1", "--- " + side_text(report.left)),
                          painted(options_.color, "1", "+++ " + side_text(report.right)));
    }
    for (const GraphChange& change : report.changes) {
      if (!change.minor || options_.shows_minor) write_change(change);
    }
    if (options_.summary) write_summary(report);
  }

 private:
  static std::string side_text(const DiffSide& side) {
    const std::string kind = side.kind.empty() ? "" : "; " + side.kind;
    return fmt::format("{} ({}{})", clean(side.path), side.format, clean(kind));
  }

  static std::string place(const SourceSpan& at) {
    if (at.file.empty()) return "";
    return at.line == 0 ? clean(at.file) : fmt::format("{}:{}", clean(at.file), at.line);
  }

  void write_change(const GraphChange& change) {
    std::string where = place(change.at);
    if (!change.function.empty()) where += fmt::format("{}in `{}`", where.empty() ? "" : " ", clean(change.function));
    if (!change.module.empty()) where += fmt::format(" of `{}`", clean(change.module));
    if (where.empty()) where = "the graph";
    const std::string rule = change.rule.empty() ? "" : fmt::format(" [{}]", change.rule);
    out_ << fmt::format("\n{} {}: {}{}\n", painted(options_.color, "36", fmt::format("@@ {} @@", where)),
                        kWords[words_of(change)].heading, clean(change.message), rule);
    write_lines(change);
    if (change.turns) out_ << fmt::format("  turns: {}, one after the other\n", *change.turns);
    write_trail(change);
    if (!change.rule.empty()) write_keeps(change);
    if (change.repeats > 0) {
      out_ << fmt::format("  also:  {} of this line\n",
                          change.repeats == 1 ? "another call" : fmt::format("{} other calls", change.repeats));
    }
    for (std::size_t i = 0; i < change.occurrences.size() && i < kMostPlaces; ++i) {
      out_ << fmt::format("  also:  {}\n", place(change.occurrences[i]));
    }
    if (change.occurrences.size() > kMostPlaces) {
      out_ << fmt::format("  also:  {} more places\n", change.occurrences.size() - kMostPlaces);
    }
  }

  /// What a line has said already is not said again.
  void write_keeps(const GraphChange& change) {
    const bool is_said = std::ranges::any_of(
        change.lines, [&](const ChangeLine& line) { return line.side == Side::right && line.note == change.right; });
    if (!change.right.empty() && !is_said) out_ << fmt::format("  keeps: {}\n", clean(change.right));
    if (!change.left.empty()) out_ << fmt::format("  loses: {}\n", clean(change.left));
  }

  void write_lines(const GraphChange& change) {
    for (std::size_t i = 0; i < change.lines.size(); ++i) {
      if (i == kMostLines) {
        out_ << fmt::format("  … {} more lines\n", change.lines.size() - kMostLines);
        return;
      }
      write_line(change.lines[i], change.at.recorded_file);
    }
  }

  void write_line(const ChangeLine& line, const std::string& file) {
    const char mark = line.side == Side::left ? '-' : line.side == Side::right ? '+' : ' ';
    const std::string number = line.at.line == 0 ? "" : std::to_string(line.at.line);
    std::string text = shortened(clean(line.at.text), kLongestLine);
    if (text.empty()) text = clean(line.note);
    // A line of another file would be taken for one of the file above.
    if (line.at.line != 0 && line.at.recorded_file != file) text += fmt::format("    ({})", place(line.at));
    const std::string shown = fmt::format("{} {:>5} | {}", mark, number, text);
    const std::string_view color = mark == '-' ? "31" : mark == '+' ? "32" : "";
    const bool has_note = !line.note.empty() && !line.at.text.empty();
    out_ << (color.empty() ? shown : painted(options_.color, color, shown));
    if (has_note) out_ << painted(options_.color, "2", fmt::format("    {}", clean(line.note)));
    out_ << '\n';
  }

  void write_trail(const GraphChange& change) {
    if (change.trail.empty()) return;
    std::string text;
    for (const TrailStep& step : change.trail) {
      const std::string what = step.node_id ? step.op : step.message.empty() ? step.op : step.message;
      text += fmt::format("{}{}", text.empty() ? "" : " → ", clean(what));
      if (step.at.line != 0) text += fmt::format(" ({})", step.at.line);
    }
    out_ << fmt::format("  from:  {}\n", text);
  }

  void write_summary(const DiffReport& report) {
    std::string text;
    std::size_t minor = 0;
    std::array<std::size_t, kWords.size()> counts{};
    for (const GraphChange& change : report.changes) ++(change.minor ? minor : counts[words_of(change)]);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      if (counts[i] == 0) continue;
      text +=
          fmt::format("{}{} {}", text.empty() ? "" : ", ", counts[i], counts[i] == 1 ? kWords[i].one : kWords[i].many);
    }
    if (text.empty()) text = "nothing lost, nothing changed";
    const KeptCounts& kept = report.counts;
    out_ << fmt::format("\n{}; kept: {} of {} operators, which are {} of {} on the other side\n", text, kept.left_kept,
                        kept.left, kept.right_kept, kept.right);
    if (minor > 0 && !options_.shows_minor) {
      out_ << fmt::format("{} more by design or harmless; `--all` shows {}\n", minor, minor == 1 ? "it" : "them");
    }
  }

  std::ostream& out_;
  const DiffTextOptions& options_;
};

}  // namespace

void write_diff_text(std::ostream& out, const DiffReport& report, const DiffTextOptions& options) {
  DiffWriter(out, options).write(report);
}

}  // namespace graphwitness
