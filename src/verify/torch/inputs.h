#pragma once
/// The inputs that a search varies: the example's tensors, numbers, flags and strings, wherever they stand in its
/// lists, tuples and dicts, and ways to make other ones.
///
/// Limits: the structure, dtypes and memory layout stay the example's; complex and None leaves are left alone.

// clang-format off: clang cannot read ATen.h before ivalue.h
#include <ATen/core/ivalue.h>
// clang-format on
#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <string>
#include <vector>

#include "exec/inputs/random.h"
#include "exec/messages.h"

namespace graphwitness::verify::worker {

/// A call of the model: what varies of its arguments, in order.
using Leaves = std::vector<c10::IValue>;

/// Takes arguments apart into leaves, and puts them together again.
class Template {
 public:
  explicit Template(std::vector<c10::IValue> arguments) : arguments_(std::move(arguments)) {}

  Leaves leaves() const;
  /// Copies, so that a model may write into them.
  std::vector<c10::IValue> arguments(const Leaves& leaves) const;
  /// The leaves themselves.
  std::vector<c10::IValue> wrap(const Leaves& leaves) const;

 private:
  std::vector<c10::IValue> arguments_;
};

Leaves copy(const Leaves& leaves);
bool is_float_tensor(const c10::IValue& leaf);
bool is_tensor(const c10::IValue& leaf);

/// Values that the graph compares with or counts up to.
struct Harvest {
  std::vector<double> floats{};
  std::vector<std::int64_t> integers{};
  std::vector<std::string> strings{};
  bool gradients = false;  ///< it asks whether tensors require one
};
Harvest harvest(const torch::jit::Module& model, const std::string& method);

/// Inputs of the example's shapes at the boundaries of what numbers can be, the simplest first, the strange ones last.
std::vector<Leaves> boundary_inputs(const Leaves& example, const Harvest& harvest, exec::Random& random);

/// As the example's, drawn at random.
Leaves random_like(const Leaves& example, exec::Random& random, double scale);

/// Elements of tensors, and numbers, that are not the example's; every element of a tensor of another shape.
std::uint64_t changed_elements(const Leaves& example, const Leaves& leaves);

}  // namespace graphwitness::verify::worker
