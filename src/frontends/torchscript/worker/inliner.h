#pragma once
/// LibTorch's graphs as functions of the IR, with every call that can be resolved replaced by what it calls.
///
/// Calls on interfaces go to the module that the archive holds in that place; bodies of `prim::fork` become blocks.
/// Limits: `kMostNodes` operations and `kDeepestCalls` calls within calls; more is an InputError.

#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "frontends/torchscript/worker/constant_tensors.h"
#include "frontends/torchscript/worker/libtorch.h"
#include "frontends/torchscript/worker/locations.h"
#include "frontends/torchscript/worker/modules.h"
#include "frontends/torchscript/worker/origins.h"
#include "frontends/torchscript/worker/program.h"
#include "frontends/torchscript/worker/types.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

class Inliner {
 public:
  static constexpr std::size_t kMostNodes = 4'000'000;
  static constexpr std::size_t kDeepestCalls = 256;

  Inliner(const Program& program, const Modules& modules, const Origins& origins, Locations& locations, Types& types,
          ConstantTensors& tensors, GraphBuilder& builder);

  /// Adds a method of the root module as a function.
  void add_method(jit::Function& method);

  /// Where each operator was first met, by "namespace::name", of those that `watch` names.
  void watch(const std::string& op) { watched_.emplace(op, LocationId{}); }
  LocationId first_use(const std::string& op) const;
  /// Methods of interfaces that were called on a module that is not known, so that the call stayed.
  const std::vector<std::string>& unresolved_calls() const { return unresolved_calls_; }

 private:
  struct Binding {
    ValueId value{};
    std::uint32_t object = Modules::kNone;  ///< the module that it is, if known
    const std::string* path = nullptr;      ///< of the module that it is, if known
  };
  struct Call {
    CallFrame frame{};
    std::unordered_map<const jit::Value*, Binding> values{};
  };
  struct Work {
    Call* call;
    const jit::Block* block;
    jit::graph_node_list_iterator next;
    BlockId target;
    const jit::Node* site = nullptr;  ///< the call that `block` is the body of; null: a block of the IR
    LocationId fork{};                ///< place of the `prim::fork` that `block` is the body of
  };

  void run();
  void finish(const Work& work);
  void convert(jit::Node* node);
  void open_blocks(NodeId owner, const std::vector<const jit::Block*>& blocks, LocationId fork);
  bool inline_call(jit::Node* node);
  jit::GraphFunction* callee_of(jit::Node* node, const Call& call);
  jit::GraphFunction* method_of(jit::Node* node, const Call& call);
  void enter(jit::GraphFunction& callee, jit::Node* site);
  void get_attribute(const jit::Node* node, Binding& result, const Call& call);

  const Binding& binding(const jit::Value* value, Call& call);
  ValueId new_value(const jit::Value* value);
  void add_node(jit::Node* node);
  std::vector<Attribute> attributes_of(jit::Node* node);
  LiteralId attribute_literal(jit::Node* node, c10::Symbol name);
  template <class List, class Make>
  LiteralId list_literal(const List& values, Make make);
  std::vector<Attribute> defaults_of(const c10::FunctionSchema& schema);
  void find_replaced_modules();

  const Program& program_;
  const Modules& modules_;
  const Origins& origins_;
  Locations& locations_;
  Types& types_;
  ConstantTensors& tensors_;
  Literals literals_;
  GraphBuilder& builder_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<Work> work_;
  Function::Origin origin_ = Function::Origin::unknown;  ///< of the function being added
  std::unordered_set<std::string> replaced_;             ///< attributes that code sets to another module
  std::unordered_map<std::string, LocationId> watched_;
  std::vector<std::string> unresolved_calls_;
  std::set<std::string> paths_;  // that bindings point to
};

}  // namespace graphwitness::torchscript
