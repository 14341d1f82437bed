#pragma once
/// Types and shapes of every value of an ONNX graph, inferred with the onnx library's own schemas, and what does not
/// fit.
///
/// Works on the shared graph, so calls of model-local functions (inlined there) and subgraphs are covered, weights are
/// never needed, and an error at one node does not hide the next. Small integer tensors are followed through shape
/// arithmetic. Operators of opsets newer than the library's are looked up as of the newest it knows and nothing is held
/// against them; where they do not even fit that, their results have the types that the model declares. Nodes of
/// model-local functions are looked up in the model's opsets, and in the functions' own where the model imports none.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct InferredType {
  bool is_tensor = false;  ///< false: unknown, or a sequence, an optional or a map
  DType dtype = DType::unknown;
  bool ranked = false;
  std::span<const Dim> dims{};  ///< while ranked
};

/// "tensor<f32, batch, 3, ?>", as the IR text writes types.
std::string describe_type(const Graph& graph, const InferredType& type);

/// An element of a small integer tensor: a number, or the symbol of the dimension that it is the size of, or unknown.
struct ShapeElement {
  std::optional<std::int64_t> number{};
  Symbol symbol{};
};

struct OnnxIssue {
  enum class Kind : std::uint8_t {
    invalid,   ///< the node breaks its operator's signature
    conflict,  ///< what flows in does not fit, or what comes out is not what is declared
    unknown,   ///< no such operator in the opset that the model imports
  };
  Kind kind = Kind::invalid;
  bool is_certain = true;  ///< false: the operator may well exist where the model is meant to run
  NodeId node;             ///< none: the model as a whole
  std::string message;
};

/// A dimension of an input that is taken for unknown, whatever the model declares.
struct FreedDim {
  ValueId input;
  std::size_t axis = 0;
  Symbol symbol;  ///< stands for its size; best one that no type of the graph uses
};

class OnnxInference {
 public:
  /// A graph of another format has no types and no issues.
  explicit OnnxInference(const Graph& graph);
  /// As if some dimensions were free: the sizes that the model declares of results are not believed, and issues are
  /// without meaning.
  OnnxInference(const Graph& graph, std::span<const FreedDim> freed);
  ~OnnxInference();
  OnnxInference(const OnnxInference&) = delete;
  OnnxInference& operator=(const OnnxInference&) = delete;

  InferredType type(ValueId value) const;
  /// None: nothing is known, not even how many there are.
  std::optional<std::vector<ShapeElement>> elements(ValueId value) const;
  /// In file order.
  std::span<const OnnxIssue> issues() const;
  /// The opset of a domain ("ai.onnx" for the default one); 0: not imported.
  std::int64_t opset(std::string_view domain) const;
  /// The newest opset of the default domain that the library knows.
  static std::int64_t newest_opset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace graphwitness
