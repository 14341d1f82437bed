#pragma once
/// What the onnx library knows of each operator that a graph uses, looked up once an operator.

#include <onnx/defs/schema.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// One bit a DType.
using DTypeMask = std::uint64_t;
constexpr DTypeMask mask_of(DType dtype) { return DTypeMask{1} << static_cast<unsigned>(dtype); }

/// A formal input or output.
struct Formal {
  std::string_view name;
  DTypeMask dtypes = 0;      ///< of tensors that fit
  bool takes_other = false;  ///< sequences, optionals or maps fit, too
  int variable = -1;         ///< formals with the same one must have the same type; -1: none
  bool is_required = false;
  bool is_variadic = false;
  bool is_homogeneous = true;
};

struct Operator {
  enum class Standing : std::uint8_t {
    known,
    foreign,       ///< of a domain that the library knows nothing of
    not_imported,  ///< of a domain that the model imports no opset of
    not_yet,       ///< in a later opset than the model's
    removed,       ///< in earlier opsets only
    absent,        ///< in no opset of its domain
  };
  enum class Control : std::uint8_t { none, branch, loop, scan, other };

  Standing standing = Standing::absent;
  std::string domain;         ///< "ai.onnx" for the default one
  std::string name;           ///< without the domain
  std::int64_t version = 0;   ///< of the domain, as the model imports it
  std::int64_t boundary = 0;  ///< not_yet, removed: the opset in which it came or went
  bool is_exact = true;       ///< false: the model's opset is newer than the library
  Control control = Control::none;
  const onnx::OpSchema* schema = nullptr;  ///< while known
  onnx::InferenceFunction infer;
  onnx::DataPropagationFunction propagate;
  std::vector<Formal> inputs;
  std::vector<Formal> outputs;
};

class OperatorTable {
 public:
  explicit OperatorTable(const Graph& graph);

  const Operator& operator[](Symbol op);
  /// 0: not imported.
  std::int64_t opset(std::string_view domain) const;
  bool imports_nothing() const { return imports_nothing_; }

 private:
  std::unique_ptr<Operator> look_up(std::string_view op) const;

  const Graph& graph_;
  bool imports_nothing_ = true;
  std::vector<std::unique_ptr<Operator>> operators_;  // by symbol
};

std::int64_t newest_opset(const std::string& domain);

}  // namespace graphwitness
