#pragma once
/// What an ONNX graph declares about its inputs and outputs, and inputs made from that.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exec/inputs/onnx_data.h"
#include "exec/inputs/specification.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness::exec {

struct DeclaredValue {
  struct Dim {
    std::int64_t extent = -1;  ///< -1: not fixed
    std::string symbol;        ///< "": no name
  };
  std::string name;
  OnnxForm form = OnnxForm::unknown;
  DType dtype = DType::unknown;  ///< of tensors
  bool ranked = false;
  std::vector<Dim> dims{};
  std::optional<std::int64_t> index_bound{};  ///< see index_bounds.h
};

struct Declaration {
  std::vector<DeclaredValue> inputs;
  std::vector<DeclaredValue> outputs;
};
/// Of the first graph; nothing for a Graph without any.
Declaration declaration_of(const Graph& graph);

/// Of `--dim`: a size for a symbolic dimension.
struct DimSize {
  std::string name;
  std::int64_t size = 0;
};
/// "batch=4". Throws InputError.
DimSize parse_dim(const std::string& text);

/// How to make each input that `given` does not name. Throws InputError that shows the options to give, naming the
/// model.
std::vector<InputSpecification> declared_inputs(const Declaration& declaration, const std::vector<DimSize>& dims,
                                                const std::vector<InputSpecification>& given, const std::string& path);

}  // namespace graphwitness::exec
