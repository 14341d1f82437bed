#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/report/inspect.h"
#include "report/phrases.h"
#include "support/escape.h"

namespace graphwitness {
namespace {

constexpr std::size_t kLongestValue = 200;

std::string brief(std::string_view text) { return shortened(clean(text), kLongestValue); }

/// A qualified name as the Python had it: without the archive's own prefix, and the numbers that keep apart the
/// instances of a class.
std::string readable(std::string_view qualified) {
  std::string text;
  while (!qualified.empty()) {
    const std::size_t end = std::min(qualified.find('.'), qualified.size());
    const std::string_view part = qualified.substr(0, end);
    qualified.remove_prefix(std::min(end + 1, qualified.size()));
    if (part == "__torch__" || part.starts_with("___torch_mangle_")) continue;
    if (!text.empty()) text += '.';
    text += part;
  }
  return brief(text);
}

/// 11689512 as "11,689,512".
std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string in_units(std::uint64_t bytes) {
  constexpr std::string_view kUnits[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(kUnits); ++unit) value /= 1024;
  return unit == 0 ? fmt::format("{} bytes", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

class InspectionWriter {
 public:
  InspectionWriter(std::ostream& out, const Inspection& found, const InspectTextOptions& options)
      : out_(out), found_(found), options_(options) {}

  void write() {
    out_ << fmt::format("{}: {}\n", bold(brief(found_.path)), found_.format);
    properties();
    methods();
    callables();
    tensors();
    control_flow();
    operations();
    missing_operators();
    modules();
  }

 private:
  std::string bold(std::string_view text) const { return painted(options_.color, "1", text); }
  void heading(std::string_view text) { out_ << '\n' << bold(text) << '\n'; }

  void properties() {
    if (found_.properties.empty()) return;
    heading("properties");
    for (const auto& [key, value] : found_.properties) out_ << fmt::format("  {}: {}\n", brief(key), brief(value));
  }

  void methods() {
    heading("methods");
    if (found_.methods.empty()) out_ << "  none\n";
    for (const InspectedMethod& method : found_.methods) {
      out_ << fmt::format("  {} ({})\n", brief(method.name), method.origin);
      for (const InspectedValue& input : method.inputs) {
        const std::string otherwise = input.default_value.empty() ? "" : " = " + brief(input.default_value);
        out_ << fmt::format("    in  {}: {}{}\n", brief(input.name), brief(input.type), otherwise);
      }
      for (const InspectedValue& output : method.outputs) {
        const std::string name = output.name.empty() ? "" : brief(output.name) + ": ";
        out_ << fmt::format("    out {}{}\n", name, brief(output.type));
      }
    }
  }

  /// Where the methods alone do not tell it: functions and submodules that were inlined into them. The scripted ones
  /// of torch itself, which every scripted model has, are only counted.
  void callables() {
    std::vector<std::string> lines;
    std::size_t in_torch = 0;
    for (const InspectedCallable& callable : found_.callables) {
      const std::string name = readable(callable.name);
      if (name.starts_with("torch.") && callable.origin == "scripted") {
        ++in_torch;
        continue;
      }
      const std::string line = callable.line == 0 ? "" : fmt::format(":{}", callable.line);
      const std::string at = callable.file.empty() ? "" : fmt::format("  ({}{})", brief(callable.file), line);
      lines.push_back(fmt::format("  {:<8} {}{}\n", callable.origin, name, at));
    }
    if (found_.callables.empty()) return;
    heading("origin of each function in the file");
    // Instances of a class whose attributes differ in type are classes of their own in the archive.
    std::ranges::sort(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    for (const std::string& line : lines) out_ << line;
    if (in_torch != 0) out_ << fmt::format("  scripted {} of torch itself\n", in_torch);
  }

  void totals(std::string_view what, const TensorTotals& totals) {
    out_ << fmt::format("  {}: {} in {} tensors, {}", what, grouped(totals.elements), totals.tensors,
                        in_units(totals.bytes));
    if (totals.unsized != 0) out_ << fmt::format(" ({} tensors of unknown shape not counted)", totals.unsized);
    out_ << '\n';
  }

  void tensors() {
    heading("weights");
    totals(found_.modules.empty() ? "initializers" : "parameters", found_.parameters);
    if (!found_.modules.empty()) totals("buffers", found_.buffers);
  }

  void control_flow() {
    heading("control flow");
    if (found_.control_flow.empty()) out_ << "  none\n";
    for (const auto& [op, count] : found_.control_flow) out_ << fmt::format("  {:>6}  {}\n", count, brief(op));
  }

  void operations() {
    std::size_t nodes = 0;
    for (const auto& [op, count] : found_.operations) nodes += count;
    heading(
        fmt::format("operations ({} of {} kinds, in all methods, functions inlined)", nodes, found_.operations.size()));
    const std::size_t shown = std::min(options_.operations, found_.operations.size());
    std::size_t left = nodes;
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& [op, count] = found_.operations[i];
      left -= count;
      out_ << fmt::format("  {:>6}  {}\n", count, brief(op));
    }
    if (left != 0) {
      out_ << fmt::format("  {:>6}  of {} more kinds (--ops shows them)\n", left, found_.operations.size() - shown);
    }
  }

  void missing_operators() {
    if (found_.missing_operators.empty()) return;
    heading("operators that this LibTorch does not have");
    for (const auto& [op, schema] : found_.missing_operators) {
      out_ << fmt::format("  {}\n", brief(schema.empty() ? op : schema));
    }
  }

  void modules() {
    if (found_.modules.empty()) return;
    heading("modules");
    std::size_t hidden = 0;
    for (const InspectedModule& module : found_.modules) {
      if (module.depth > options_.depth) {
        ++hidden;
        continue;
      }
      const std::string name = module.depth == 0 ? "" : brief(module.name) + ": ";
      out_ << fmt::format("  {}{}{}", std::string(2 * module.depth, ' '), name, readable(module.type));
      if (module.parameters != 0) out_ << fmt::format(", {} parameters", grouped(module.parameters));
      if (module.has_setstate) out_ << ", has `__setstate__`: its attributes are not known without running it";
      out_ << '\n';
    }
    if (hidden != 0) out_ << fmt::format("  {} modules further down (--depth shows them)\n", hidden);
  }

  std::ostream& out_;
  const Inspection& found_;
  const InspectTextOptions& options_;
};

}  // namespace

void write_inspection_text(std::ostream& out, const Inspection& inspection, const InspectTextOptions& options) {
  InspectionWriter(out, inspection, options).write();
}

}  // namespace graphwitness
