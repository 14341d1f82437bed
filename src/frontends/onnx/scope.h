#pragma once
/// What names mean at one place of an ONNX model.

#include <onnx/onnx_pb.h>

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/onnx/name_table.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness {

/// The names of one graph or function call. A subgraph sees what surrounds it, a function body does not.
class Scope {
 public:
  explicit Scope(const Scope* outer) : outer_(outer) {}

  void reserve(std::size_t count) { values_.reserve(count); }
  /// The first definition of a name wins. `name` must outlive the scope.
  void define(std::string_view name, ValueId value) { values_.insert(name, value); }
  bool defines(std::string_view name) const { return values_.find(name) != nullptr; }
  /// Null when neither this scope nor one around it knows the name; a none id is an omitted argument.
  const ValueId* find(std::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
      if (const ValueId* found = scope->values_.find(name)) return found;
    }
    return nullptr;
  }

 private:
  const Scope* outer_;
  NameTable values_;
};

struct Call;

/// An attribute as written, with the place where its subgraphs and references are to be understood.
struct BoundAttribute {
  const onnx::AttributeProto* attribute = nullptr;
  const Scope* scope = nullptr;
  Call* call = nullptr;
};

struct LocalFunction;

/// The main graph, or one call of a model-local function that is being inlined.
struct Call {
  const LocalFunction* function = nullptr;  ///< null: the main graph
  const Call* caller = nullptr;
  std::size_t depth = 0;
  Symbol name;      ///< of the function or the main graph
  LocationId site;  ///< where it is called; none for the main graph
  LocationId here;  ///< frame of nodes that have no position of their own; none in the main graph
  std::unordered_map<std::string_view, BoundAttribute> attributes;
  /// Values of the caller that the function's outputs are still to define, by formal output; none: defined or omitted.
  std::vector<ValueId> results;
  std::unordered_map<std::string_view, std::size_t> result_of;  ///< name of a formal output: its first index
  std::unordered_map<std::string_view, ValueId> dangling;       ///< names that nothing defines
};

}  // namespace graphwitness
