#pragma once
/// Values that are the same in every run of this archive: constants, unassigned attributes, and what follows from them.
///
/// Folds what decides branches: flags, None-ness, small integer and string comparisons. Not arithmetic on tensors.

#include <cstdint>
#include <string_view>
#include <vector>

#include "analysis/module_values.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct Constant {
  enum class Kind : std::uint8_t { unknown, none, not_none, boolean, integer, floating, string };
  Kind kind = Kind::unknown;
  std::int64_t bits = 0;  ///< boolean, integer; of a floating number its pattern
  std::string_view text;  ///< string
  friend bool operator==(const Constant&, const Constant&) = default;
};

class Constants {
 public:
  explicit Constants(const Graph& graph);

  const Constant& operator[](ValueId value) const { return values_[value.raw]; }
  /// Never runs: the arm of a branch that is decided otherwise, or nested in one.
  bool is_dead(BlockId block) const { return dead_[block.raw] != 0; }
  const ModuleValues& modules() const { return modules_; }

 private:
  friend class ConstantFolder;
  ModuleValues modules_;
  std::vector<Constant> values_;    // by value
  std::vector<std::uint8_t> dead_;  // by block
};

}  // namespace graphwitness
