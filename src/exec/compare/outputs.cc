#include "exec/compare/outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "exec/number_elements.h"

namespace graphwitness::exec {
namespace {

using Kind = Value::Kind;

struct Output {
  std::string name;
  const Value* value;
};

bool has_names(const SampleResult& result) {
  if (!result.names.empty()) return true;
  const Value& output = result.output;
  if (output.kind != Kind::dict) return false;
  for (std::size_t i = 0; i < output.items.size(); i += 2) {
    if (output.items[i].kind != Kind::string) return false;
  }
  return true;
}

std::vector<Output> items_of(const std::string& name, const Value& value) {
  std::vector<Output> outputs;
  const std::size_t step = value.kind == Kind::dict ? 2 : 1;
  for (std::size_t i = 0; i + step <= value.items.size(); i += step) {
    const std::string item = step == 2 ? key_name(value.items[i]) : std::to_string(i);
    outputs.push_back({item_name(name, item), &value.items[i + step - 1]});
  }
  return outputs;
}

/// The outputs as the model has them, without looking into each.
std::vector<Output> outputs_of(const SampleResult& result) {
  const Value& output = result.output;
  if (result.names.empty()) {
    return output.kind == Kind::tuple || output.kind == Kind::dict ? items_of("", output)
                                                                   : std::vector<Output>{{"", &output}};
  }
  std::vector<Output> outputs;
  for (std::size_t i = 0; i < result.names.size() && i < output.items.size(); ++i) {
    outputs.push_back({result.names[i], &output.items[i]});
  }
  return outputs;
}

/// Containers laid flat, None left out.
std::vector<Output> flat(std::vector<Output> waiting) {
  std::vector<Output> outputs;
  std::ranges::reverse(waiting);
  while (!waiting.empty()) {
    const Output output = std::move(waiting.back());
    waiting.pop_back();
    if (output.value->kind == Kind::none) continue;
    if (!output.value->is_container()) {
      outputs.push_back(output);
      continue;
    }
    std::vector<Output> items = items_of(output.name, *output.value);
    std::ranges::reverse(items);
    std::ranges::move(items, std::back_inserter(waiting));
  }
  return outputs;
}

/// The candidate's outputs in the order of the reference's; empty when the names are not the same.
std::vector<Output> by_name(const std::vector<Output>& reference, const std::vector<Output>& candidate) {
  std::vector<Output> ordered;
  if (reference.size() != candidate.size()) return {};
  for (const Output& output : reference) {
    const auto found = std::ranges::find(candidate, output.name, &Output::name);
    if (found == candidate.end()) return {};
    ordered.push_back(*found);
  }
  return ordered;
}

bool may_be_compared(const Value& a, const Value& b) {
  const bool containers = a.is_container() || b.is_container();
  return containers ? a.kind == b.kind : (a.kind == Kind::none) == (b.kind == Kind::none);
}

bool may_be_compared(const std::vector<Output>& reference, const std::vector<Output>& candidate) {
  if (reference.size() != candidate.size()) return false;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    if (!may_be_compared(*reference[i].value, *candidate[i].value)) return false;
  }
  return true;
}

/// A number as the tensor of one element that the other side has.
Value as_tensor_like(const Value& number, const Value& other) {
  const bool one_element = other.kind == Kind::tensor && element_count(other.tensor.sizes) == 1;
  if (!is_number(number) || !one_element) return number;
  Tensor tensor{
      .dtype = other.tensor.dtype, .sizes = other.tensor.sizes, .bytes = element_bytes(number, other.tensor.dtype)};
  return tensor.bytes.empty() ? number : Value::of(std::move(tensor));
}

void compare_pair(const Output& reference, const Output& candidate, const ChosenTolerance& tolerance,
                  std::vector<Leaf>& leaves) {
  const Value& a = *reference.value;
  const Value& b = *candidate.value;
  if (is_number(a) == is_number(b)) return compare_named(reference.name, a, b, tolerance, leaves);
  compare_named(reference.name, as_tensor_like(a, b), as_tensor_like(b, a), tolerance, leaves);
}

std::string counted(std::size_t count) { return fmt::format("{} output{}", count, count == 1 ? "" : "s"); }

}  // namespace

std::vector<Leaf> compare_outputs(const SampleResult& reference, const SampleResult& candidate,
                                  const ChosenTolerance& tolerance) {
  if (reference.names.empty() && candidate.names.empty()) {
    return compare_values(reference.output, candidate.output, tolerance);
  }
  std::vector<Output> expected = outputs_of(reference);
  std::vector<Output> actual = outputs_of(candidate);
  if (has_names(reference) && has_names(candidate)) {
    if (std::vector<Output> ordered = by_name(expected, actual); !ordered.empty()) actual = std::move(ordered);
  }
  if (!may_be_compared(expected, actual)) {
    expected = flat(std::move(expected));
    actual = flat(std::move(actual));
  }
  if (expected.size() != actual.size()) {
    return {{"outputs", Difference::structure, counted(expected.size()), counted(actual.size()), {}}};
  }
  std::vector<Leaf> leaves;
  for (std::size_t i = 0; i < expected.size(); ++i) compare_pair(expected[i], actual[i], tolerance, leaves);
  return leaves;
}

}  // namespace graphwitness::exec
