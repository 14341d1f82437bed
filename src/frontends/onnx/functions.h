#pragma once
/// The functions that a model brings along.

#include <onnx/onnx_pb.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/builder.h"

namespace graphwitness {

/// "onnx::Conv" for the default domain, spelled out or not; else "domain::Conv".
std::string qualified_name(const std::string& domain, const std::string& name);

struct LocalFunction {
  const onnx::FunctionProto* proto = nullptr;
  std::string name;                            ///< qualified, with ":overload" where there is one
  std::vector<onnx::AttributeProto> defaults;  ///< of attributes that a call may leave out
  std::vector<onnx::ValueInfoProto> types;     ///< of values in its body
  std::size_t bytes = 0;                       ///< that a call expands to, calls in it not counted
};

class FunctionTable {
 public:
  explicit FunctionTable(const onnx::ModelProto& model);

  /// Null when the node is an operator. The first function of a name wins.
  const LocalFunction* find(const onnx::NodeProto& node) const;
  const std::vector<LocalFunction>& all() const { return functions_; }

 private:
  std::vector<LocalFunction> functions_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace graphwitness
