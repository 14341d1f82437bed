#pragma once
/// Locations of inlined code: the Python line of each operation with the calls that led to it.

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "frontends/torchscript/worker/debug_records.h"
#include "frontends/torchscript/worker/libtorch.h"
#include "frontends/torchscript/worker/origins.h"
#include "frontends/torchscript/worker/program.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

/// One call that is being inlined.
struct CallFrame {
  const CallFrame* parent = nullptr;  ///< the call that this one stands in; null for a method of the root
  Symbol function{};
  Symbol scope{};  ///< path of the module whose method it is; of the caller's for a plain function
  bool traced = false;
  bool of_module = false;
  /// The call's place, and the innermost one that is in scripted code: the stack of traced code holds its callers
  /// already.
  LocationId caller{};
  LocationId scripted_caller{};
};

class Locations {
 public:
  Locations(const Program& program, DebugRecords& records, GraphBuilder& builder)
      : program_(program), records_(records), builder_(builder) {}

  LocationId of(const jit::SourceRange& range, const CallFrame& frame);
  /// Whether the archive says which line the range came from.
  bool knows(const jit::SourceRange& range) const { return find(range) != nullptr; }
  LocationId of(const FunctionOrigin& definition);
  /// Frame of a function called at `place` of `caller`.
  CallFrame enter(const CallFrame& caller, LocationId place) const;

  /// Adds the source texts that locations refer to.
  void add_sources();

 private:
  const DebugRange* find(const jit::SourceRange& range) const;
  LocationId of_stack(const std::vector<StackFrame>& stack, const CallFrame& frame);

  const Program& program_;
  DebugRecords& records_;
  GraphBuilder& builder_;
  std::vector<const DebugSource*> used_;
  std::unordered_set<const DebugSource*> seen_;
};

}  // namespace graphwitness::torchscript
