#pragma once
/// How each function of an archive came to be, scripted or traced, and where in the Python it stands.
///
/// No archive says so outright. With debug records it can be told: the record of traced code is a Python stack under
/// the tracer. Without them, marks in the printed code and what the rest of the archive is decide; else it stays
/// unknown.

#include <string>
#include <unordered_map>
#include <vector>

#include "frontends/torchscript/worker/code_index.h"
#include "frontends/torchscript/worker/debug_records.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness::torchscript {

struct FunctionOrigin {
  Function::Origin origin = Function::Origin::unknown;
  /// Where the function is defined, or, of a traced one, the line that was run first; file "": unknown.
  StackFrame place{};
  std::uint32_t column = 0;
};

class Origins {
 public:
  Origins(const CodeIndex& code, DebugRecords& records);

  /// Of a function by its qualified name.
  const FunctionOrigin& operator[](const std::string& name) const;

 private:
  std::unordered_map<std::string, FunctionOrigin> origins_;
};

/// The origin of code that holds both.
Function::Origin combine(Function::Origin a, Function::Origin b);
/// A frame of PyTorch's that only passes the call of a module on.
bool dispatches_call(const StackFrame& frame);

}  // namespace graphwitness::torchscript
