#pragma once
/// Fills a GraphBuilder with the main graph of an ONNX model: subgraphs as blocks, calls of model-local functions
/// inlined.
///
/// All names of a graph are declared before any of its nodes is mapped, so nodes may stand in any order. With
/// functions, at most four million nodes and a gigabyte of bodies; functions that call themselves are an error.

#include <onnx/onnx_pb.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/onnx/attributes.h"
#include "frontends/onnx/functions.h"
#include "frontends/onnx/problems.h"
#include "frontends/onnx/scope.h"
#include "frontends/onnx/tensors.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness {

class GraphMapper {
 public:
  GraphMapper(GraphBuilder& builder, TensorMapper& tensors, Problems& problems, const onnx::ModelProto& model,
              const std::string& path);

  void map(const onnx::GraphProto& graph);

 private:
  using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;
  using DeclaredTypes = std::unordered_map<std::string_view, const onnx::TypeProto*>;

  /// A graph or a function body that is being mapped.
  struct Frame {
    const onnx::GraphProto* graph = nullptr;  ///< null: the body of `call->function`
    BlockId block;
    Call* call = nullptr;
    std::unique_ptr<Call> own_call;  ///< set where a call begins
    std::unique_ptr<Scope> scope;
    const Scope* outer = nullptr;
    bool is_arm = false;  ///< of an If
    bool is_open = false;
    int next_node = 0;
    std::vector<ValueId> results;  ///< of all nodes, one after the other
    std::size_t next_result = 0;
  };

  /// A subgraph of a node: becomes a block.
  struct Subgraph {
    const std::string* attribute;
    const onnx::GraphProto* graph;
    const Scope* scope;
    Call* call;
  };

  void open(Frame& frame);
  void open_graph(Frame& frame);
  void open_function(Frame& frame);
  void declare_inputs(Frame& frame, const DeclaredTypes& types);
  void declare_initializers(Frame& frame, const DeclaredTypes& types);
  void declare_results(Frame& frame, const Nodes& nodes, const DeclaredTypes& types);
  ValueId declare(Scope& scope, const std::string& name, TypeId type);
  void close(Frame& frame);

  void map_node(Frame& frame, const onnx::NodeProto& node);
  void push_call(const Frame& frame, const onnx::NodeProto& node, const LocalFunction& function,
                 std::span<const ValueId> results);
  void push_subgraphs(NodeId node, const std::vector<Subgraph>& subgraphs, bool are_arms);
  void check_call(const Call& call, const LocalFunction& function) const;
  void count_expansion(std::size_t bytes);

  ValueId resolve(const std::string& name, const Scope& scope, Call& call, TypeId type = {});
  BoundAttribute bind(const onnx::AttributeProto& attribute, const Frame& frame) const;
  TypeId declared_type(const DeclaredTypes& types, const std::string& name);
  enum class Frames { all, innermost };
  LocationId location_of(const onnx::NodeProto& node, const Call& call, Frames frames);

  GraphBuilder& builder_;
  TensorMapper& tensors_;
  Problems& problems_;
  AttributeMapper attributes_;
  FunctionTable functions_;
  const std::string& path_;
  bool initializers_are_inputs_;  ///< IR version 3: every initializer must be an input, so that says nothing
  std::size_t expanded_nodes_ = 0;
  std::size_t expanded_bytes_ = 0;
  std::vector<Frame> frames_;
};

}  // namespace graphwitness
