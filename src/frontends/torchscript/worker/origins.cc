#include "frontends/torchscript/worker/origins.h"

#include <algorithm>
#include <array>
#include <optional>

namespace graphwitness::torchscript {
namespace {

using Origin = Function::Origin;

/// Printed code that only the tracer makes.
constexpr auto kTracedMarks = std::to_array<std::string_view>({
    "torch._convolution(",
    "ops.prim.NumToTensor(",
    "annotate(number, ",
    ", 0, 9223372036854775807)",
    "layout=0, device=torch.device(",
});

/// Printed code that the tracer never makes.
constexpr auto kScriptedMarks = std::to_array<std::string_view>({
    "  if ",
    "  for ",
    "  while ",
    "unchecked_cast(",
    "ops.prim.RaiseException(",
    ": Optional[",
    ": List[int]",
    ": int",
    ": float",
    ": bool",
    ": str",
    "-> int:",
    "-> float:",
    "-> bool:",
    "-> str:",
    ", bool]",
    "self.training",
    "  def __",
});

bool holds_any(std::string_view text, std::span<const std::string_view> marks) {
  return std::ranges::any_of(marks, [&](std::string_view mark) { return text.find(mark) != text.npos; });
}

/// Calls of the archive's own functions, and `None`: scripted code never has them without a debug record.
bool needs_record(std::string_view code) {
  const std::string_view body = code.substr(std::min(code.find(":\n"), code.size()));
  return body.find(", )") != body.npos || body.find("return None") != body.npos;
}

Origin origin_by_marks(std::string_view code) {
  const Origin traced = holds_any(code, kTracedMarks) ? Origin::traced : Origin::unknown;
  const Origin scripted = holds_any(code, kScriptedMarks) ? Origin::scripted : Origin::unknown;
  return combine(traced, scripted);
}

/// The frame of a traced function itself, or of the module's `forward` that it was recorded in.
StackFrame outermost_of_module(const std::vector<StackFrame>& stack) {
  const auto dispatch = std::ranges::find_if(stack, dispatches_call);
  return dispatch == stack.begin() ? StackFrame{} : *std::prev(dispatch);
}

/// Fills in where `def name(` stands in the text; false if it is not there.
bool find_definition(const DebugSource& source, std::string_view name, FunctionOrigin& found) {
  const std::string definition = "def " + std::string(name) + "(";
  const std::size_t at = source.text.find(definition);
  if (at == source.text.npos) return false;
  const DebugRange range{.source = &source, .start = at, .end = at};
  const LineAndColumns place = locate(range);
  found.place = {.file = source.file, .line = place.line, .function = std::string(name)};
  found.column = place.column;
  return true;
}

FunctionOrigin origin_by_records(const CodeFunction& function, DebugRecords& records) {
  FunctionOrigin result;
  bool defined = false;
  for (const DebugRange* range : records.within(function.record, function.first, function.last)) {
    const DebugSource& source = *range->source;
    result.origin = combine(result.origin, source.traced ? Origin::traced : Origin::scripted);
    if (defined) continue;
    defined = !source.traced && find_definition(source, function.short_name(), result);
    if (!defined && source.traced && result.place.file.empty()) result.place = outermost_of_module(source.stack);
  }
  return result;
}

}  // namespace

Origin combine(Origin a, Origin b) {
  if (a == Origin::unknown || a == b) return b;
  return b == Origin::unknown ? a : Origin::mixed;
}

bool dispatches_call(const StackFrame& frame) {
  constexpr auto kFunctions =
      std::to_array<std::string_view>({"_slow_forward", "_call_impl", "_wrapped_call_impl", "inner"});
  return frame.file.ends_with("torch/nn/modules/module.py") &&
         std::ranges::find(kFunctions, frame.function) != kFunctions.end();
}

Origins::Origins(const CodeIndex& code, DebugRecords& records) {
  // Functions without operations look the same either way, so they count as what all others are.
  Origin whole = Origin::unknown;
  for (const CodeFunction& function : code.functions()) {
    FunctionOrigin found = origin_by_records(function, records);
    const std::string_view text = code.text(function);
    if (found.origin == Origin::unknown && records.has(function.record) && needs_record(text)) {
      found.origin = Origin::traced;
    }
    if (found.origin == Origin::unknown) found.origin = origin_by_marks(text);
    whole = combine(whole, found.origin);
    origins_.emplace(function.name, std::move(found));
  }
  if (whole == Origin::mixed) return;
  for (auto& [name, found] : origins_) {
    if (found.origin == Origin::unknown) found.origin = whole;
  }
}

const FunctionOrigin& Origins::operator[](const std::string& name) const {
  static const FunctionOrigin unknown;
  const auto found = origins_.find(name);
  return found == origins_.end() ? unknown : found->second;
}

}  // namespace graphwitness::torchscript
