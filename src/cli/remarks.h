#pragma once
/// Remarks about models: things to know that are no findings. The same remark about many models is one line.

#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

class Remarks {
 public:
  void add(const std::string& model, std::string_view remark);
  /// What the loader said, and what kinds of operators a graph has.
  void add_from_loader(const std::string& model, const Graph& graph);
  /// That, and that a trace is one.
  void add_from(const std::string& model, const Graph& graph);
  /// These, then further lines that are about no model.
  void print(std::ostream& err, std::span<const std::string> more = {}) const;

 private:
  /// In the order of first appearance.
  std::vector<std::pair<std::string, std::vector<std::string>>> models_by_remark_;
};

}  // namespace graphwitness
