#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

#include "graphwitness/report/compare.h"
#include "report/phrases.h"

namespace graphwitness {
namespace {

constexpr std::size_t kMostOutputs = 20;

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.3g}", *value) : "none"; }

/// "[10, 20]" of "float32[10, 20]".
std::string sizes_of(const std::string& text) {
  const std::size_t open = text.find('[');
  return open == text.npos ? text : text.substr(open);
}

class CompareWriter {
 public:
  CompareWriter(std::ostream& out, const ComparisonReport& report, bool color, bool summary)
      : out_(out), report_(report), color_(color), summary_(summary) {}

  void write() {
    if (!report_.error.empty()) return;
    for (const PairComparison& pair : report_.pairs) {
      if (pair.error.empty() && (summary_ || !pair.match)) write_pair(pair);
    }
  }

 private:
  void write_pair(const PairComparison& pair) {
    const std::string verdict =
        pair.match ? painted(color_, "1;32", "outputs agree") : painted(color_, "1;31", "outputs differ");
    out_ << fmt::format("{} against {}: {} in {} of {}\n", painted(color_, "1", clean(report_.reference)),
                        painted(color_, "1", clean(pair.candidate)), verdict,
                        pair.match ? report_.samples : pair.differing_samples, counted(report_.samples, "sample"));
    out_ << fmt::format("  inputs: {}; {}\n", clean(report_.inputs), seeds());
    for (const std::string& note : pair.notes) out_ << fmt::format("  note: {}\n", clean(note));
    write_outputs(pair);
    if (pair.both_raised != 0) {
      out_ << fmt::format("  both raised an error in {}, which counts as agreeing\n",
                          counted(pair.both_raised, "sample"));
    }
    if (pair.first_difference) write_first(*pair.first_difference);
    if (pair.first_operation) write_operation(*pair.first_operation);
    if (!pair.not_localized.empty()) out_ << fmt::format("  first operation: {}\n", clean(pair.not_localized));
    for (const std::string& warning : pair.warnings) {
      out_ << fmt::format("  {}: {}; agreement says little\n", painted(color_, "1;33", "warning"), clean(warning));
    }
  }

  std::string seeds() const {
    if (report_.samples == 1) return fmt::format("seed {}", report_.seed);
    return fmt::format("seeds {} to {}", report_.seed, report_.seed + report_.samples - 1);
  }

  void write_outputs(const PairComparison& pair) {
    // Those that differ first: where many are left out, they are not.
    std::vector<const OutputComparison*> outputs;
    for (const OutputComparison& output : pair.outputs) outputs.push_back(&output);
    std::ranges::stable_sort(outputs, {}, [](const OutputComparison* one) { return one->samples == 0; });
    const std::size_t shown = std::min(outputs.size(), kMostOutputs);
    for (std::size_t i = 0; i < shown; ++i) write_output(*outputs[i]);
    if (shown < outputs.size()) out_ << fmt::format("  and {}\n", counted(outputs.size() - shown, "more output"));
  }

  void write_output(const OutputComparison& output) {
    out_ << fmt::format("  output `{}`: {}\n", clean(output.name), said(output));
    if (output.mismatched == 0) return;
    if (output.max_abs_at) out_ << fmt::format("    largest difference {}\n", place(*output.max_abs_at));
    if (output.max_rel_at) out_ << fmt::format("    largest relative {}\n", place(*output.max_rel_at));
    write_histogram(output.histogram);
  }

  static std::string place(const DifferencePlace& place) {
    return fmt::format("at [{}] of sample {}: {:.6g} against {:.6g}", fmt::join(place.index, ", "), place.sample + 1,
                       place.reference, place.candidate);
  }

  /// A line for each bin between the first and the last that hold something.
  void write_histogram(const ErrorHistogram& histogram) {
    const auto& counts = histogram.counts;
    const std::uint64_t most = *std::ranges::max_element(counts);
    if (most == 0) return;
    std::size_t first = 0;
    while (counts[first] == 0) ++first;
    std::size_t last = counts.size() - 1;
    while (counts[last] == 0) --last;
    out_ << "    elements by difference over tolerance:\n";
    for (std::size_t i = first; i <= last; ++i) {
      constexpr std::uint64_t kWidth = 40;
      const std::uint64_t width = counts[i] == 0 ? 0 : std::max<std::uint64_t>(1, counts[i] * kWidth / most);
      const std::string bound = i == 0 ? "equal"
                                : i < ErrorHistogram::kBounds.size()
                                    ? fmt::format("<= {:g}", ErrorHistogram::kBounds[i])
                                    : "more";
      out_ << fmt::format("    {:>8} {:>10} {}\n", bound, counts[i], std::string(width, '#'));
    }
  }

  std::string said(const OutputComparison& output) const {
    const std::string in = fmt::format(", in {}", counted(output.samples, "sample"));
    const std::string sides = fmt::format("{} against {}", clean(output.reference), clean(output.candidate));
    switch (output.difference) {
      case Difference::none:
        return fmt::format("{}, {}", clean(output.reference), distance(output));
      case Difference::value:
        return fmt::format("{}, {}{}", values(output), distance(output), in);
      case Difference::shape:
        return fmt::format("shape {} against {}{}", sizes_of(output.reference), sizes_of(output.candidate), in);
      case Difference::dtype:
        return fmt::format("dtype {}, {}{}", sides, distance(output), in);
      case Difference::structure:
        return fmt::format("structure: {}{}", sides, in);
      case Difference::raise:
        break;
    }
    return sides + in;
  }

  /// Of tensors the type, since they have one; of numbers both.
  static std::string values(const OutputComparison& output) {
    if (output.reference == output.candidate) return clean(output.reference);
    return fmt::format("{} against {}", clean(output.reference), clean(output.candidate));
  }

  static std::string distance(const OutputComparison& output) {
    if (output.total == 0) return "nothing to compare";
    std::string most = output.max_abs ? fmt::format("largest difference {} (relative {})", number(output.max_abs),
                                                    number(output.max_rel))
                                      : "no difference in numbers";
    if (output.mismatched == 0) return most;
    return fmt::format("{} of {} differ ({:.3g} %), {}", output.mismatched, counted(output.total, "element"),
                       100 * static_cast<double>(output.mismatched) / static_cast<double>(output.total), most);
  }

  void write_first(const FirstDifference& first) {
    out_ << fmt::format("  first in sample {} (seed {}), output `{}`: {} against {}\n", first.sample + 1, first.seed,
                        clean(first.output), clean(first.reference), clean(first.candidate));
  }

  void write_operation(const FirstOperation& first) {
    out_ << fmt::format("  {}: {}, {}\n", painted(color_, "1", "first operation that differs"), name_of(first.cause),
                        clean(first.text));
    if (first.reference) write_side("reference", *first.reference);
    if (first.candidate) write_side("candidate", *first.candidate);
  }

  void write_side(std::string_view whose, const OperationSide& side) {
    std::string where;
    if (!side.module.empty()) where += fmt::format(", module `{}`", clean(side.module));
    if (side.line != 0) where += fmt::format(", {}:{}", clean(side.file), side.line);
    if (!side.function.empty()) where += fmt::format(" in {}", clean(side.function));
    const std::string node = side.node.empty() ? "" : fmt::format(" `{}`", clean(side.node));
    out_ << fmt::format("    {}: {}{}{}\n", whose, clean(side.op), node, where);
    for (const TensorStatistics& tensor : side.inputs) out_ << fmt::format("      takes {}\n", numbers(tensor));
    for (const OperationSide::Argument& argument : side.arguments) {
      out_ << fmt::format("      with `{}` {}\n", clean(argument.name), clean(argument.text));
    }
    for (const TensorStatistics& tensor : side.outputs) out_ << fmt::format("      gives {}\n", numbers(tensor));
  }

  static std::string numbers(const TensorStatistics& tensor) {
    const std::string name = tensor.name.empty() ? "" : fmt::format("`{}` ", clean(tensor.name));
    if (!tensor.counted) return fmt::format("{}{}", name, clean(tensor.type));
    const std::string rest = tensor.not_finite == 0 ? "" : fmt::format(", {} not finite", tensor.not_finite);
    return fmt::format("{}{}: {:.6g} to {:.6g}, mean {:.6g}{}", name, clean(tensor.type), tensor.least, tensor.most,
                       tensor.mean, rest);
  }

  std::ostream& out_;
  const ComparisonReport& report_;
  bool color_;
  bool summary_;
};

}  // namespace

void write_compare_text(std::ostream& out, const ComparisonReport& report, bool color, bool summary) {
  CompareWriter(out, report, color, summary).write();
}

}  // namespace graphwitness
