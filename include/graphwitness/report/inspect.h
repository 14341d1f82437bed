#pragma once
/// What `inspect` tells about one model: facts counted from its graph, apart from how they are printed.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct TensorTotals {
  std::size_t tensors = 0;
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
  std::size_t unsized = 0;  ///< tensors whose shape the file does not tell; their elements are not counted
};

struct InspectedValue {
  std::string name;
  std::string type;           ///< as the IR text spells it
  std::string default_value;  ///< "": none
};

struct InspectedMethod {
  std::string name;
  std::string origin;
  std::vector<InspectedValue> inputs;
  std::vector<InspectedValue> outputs;
};

/// A function of the file before it was inlined into methods.
struct InspectedCallable {
  std::string name;
  std::string origin;
  std::string file;
  std::uint32_t line = 0;
};

struct InspectedModule {
  std::string path;  ///< "" for the root
  std::string name;
  std::string type;
  std::size_t depth = 0;
  bool has_setstate = false;
  std::uint64_t parameters = 0;  ///< elements, those of the modules below included
};

struct Inspection {
  std::string path;
  std::string format;
  std::vector<std::pair<std::string, std::string>> properties;
  std::vector<InspectedMethod> methods;
  std::vector<InspectedCallable> callables;
  std::vector<InspectedModule> modules;                         ///< a parent before its children
  std::vector<std::pair<std::string, std::size_t>> operations;  ///< with their counts, the most frequent first
  std::vector<std::pair<std::string, std::size_t>> control_flow;
  TensorTotals parameters;  ///< of ONNX: the initializers
  TensorTotals buffers;
  std::vector<std::pair<std::string, std::string>> missing_operators;  ///< with the schema derived from their calls
  std::vector<std::string> remarks;
};

/// A tensor that several attributes share counts once.
Inspection inspect(const Graph& graph, const std::string& path);

struct InspectTextOptions {
  bool color = false;
  std::size_t depth = 2;        ///< levels of modules shown below the root
  std::size_t operations = 20;  ///< operations listed
};
void write_inspection_text(std::ostream& out, const Inspection& inspection, const InspectTextOptions& options);

/// docs/inspect.schema.json describes it.
void write_inspection_json(std::ostream& out, const Inspection& inspection);

}  // namespace graphwitness
