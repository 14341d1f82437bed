#pragma once
/// Values that are the same in every run of this archive: constants, unassigned attributes, and what follows from them.
/// `training` is one of them, but people change it: OtherMode tells what would follow from its other value.
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
  /// Which value of `training` is taken: the archive's own, or the other one.
  enum class Mode : std::uint8_t { own, other };
  explicit Constants(const Graph& graph, Mode mode = Mode::own);

  const Constant& operator[](ValueId value) const { return values_[value.raw]; }
  /// Never runs: the arm of a branch that is decided otherwise, or nested in one.
  bool is_dead(BlockId block) const { return dead_[block.raw] != 0; }
  const ModuleValues& modules() const { return modules_; }

 private:
  friend class ConstantFolder;
  Mode mode_;
  ModuleValues modules_;
  std::vector<Constant> values_;    // by value
  std::vector<std::uint8_t> dead_;  // by block
};

/// What would be constant if every module were in the other mode: evaluation instead of training, and the reverse.
struct OtherMode : Constants {
  explicit OtherMode(const Graph& graph) : Constants(graph, Mode::other) {}
};

}  // namespace graphwitness
