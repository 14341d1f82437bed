#include "rules/refused_arguments.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include "analysis/constant_values.h"

namespace graphwitness {
namespace {

using Kind = Constant::Kind;

bool is_number(const Constant& constant) {
  return constant.kind == Kind::boolean || constant.kind == Kind::integer || constant.kind == Kind::floating;
}

double number_of(const Constant& constant) {
  return constant.kind == Kind::floating ? std::bit_cast<double>(constant.bits) : static_cast<double>(constant.bits);
}

/// Nothing: the graph does not tell.
std::optional<bool> equals(const Constant& constant, std::string_view value) {
  if (constant.kind == Kind::unknown) return std::nullopt;
  if (constant.kind == Kind::none || value == "None") return (constant.kind == Kind::none) == (value == "None");
  if (constant.kind == Kind::string) return constant.text == value;
  double number = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
  if (!is_number(constant) || read.ec != std::errc()) return std::nullopt;
  return number_of(constant) == number;
}

bool holds(const Constant& constant, const ArgumentTest& test) {
  switch (test.kind) {
    case ArgumentTest::Kind::is_true:
      return is_number(constant) && number_of(constant) != 0;
    case ArgumentTest::Kind::is_false:
      return is_number(constant) && number_of(constant) == 0;
    case ArgumentTest::Kind::equals:
      return equals(constant, test.value) == true;
    case ArgumentTest::Kind::differs:
      return equals(constant, test.value) == false;
  }
  return false;
}

std::string text_of(const Graph& graph, const Constant& constant, ValueId value) {
  switch (constant.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return constant.bits != 0 ? "True" : "False";
    case Kind::integer:
      return std::to_string(constant.bits);
    case Kind::string:
      return std::string(constant.text);
    default:
      return constant_text(graph, value);
  }
}

}  // namespace

std::string refused_arguments(const Graph& graph, const Constants& constants, NodeId node, const ExporterTable& table,
                              std::int64_t opset) {
  const auto operands = graph[graph[node].operands];
  for (const std::span<const ArgumentTest> tests : table.conditions(graph[graph[node].op], opset)) {
    const bool all_hold = std::ranges::all_of(tests, [&](const ArgumentTest& test) {
      return test.index < operands.size() && operands[test.index] && holds(constants[operands[test.index]], test);
    });
    if (!all_hold) continue;
    std::string text;
    std::size_t last = operands.size();
    for (const ArgumentTest& test : tests) {
      if (test.index == last) continue;  // told already: `2.scale&2.scale!=1.0`
      last = test.index;
      const ValueId value = operands[test.index];
      if (!text.empty()) text += " and ";
      text += "`" + std::string(test.name) + "=" + text_of(graph, constants[value], value) + "`";
    }
    return text;
  }
  return {};
}

}  // namespace graphwitness
