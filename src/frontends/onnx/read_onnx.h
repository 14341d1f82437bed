#pragma once
/// Reads an ONNX model into the shared IR. Nothing of it is executed, and its large tensors are not read.
///
/// Any IR version; operators and domains are names only, whether they exist is for rules to say. What is wrong in a
/// model but can be held (names nobody defines, names defined twice, tensors of the wrong length) is data, the rest of
/// it in properties `problem`. Dropped: denotations, doc strings of values, training graphs (counted in a property),
/// quantization annotations (likewise), tensor segments. Limits: 2 GiB beside the tensors, subgraphs 256 deep.
///
/// Properties: ir_version, producer_name, producer_version, domain, model_version, doc_string, graph_doc_string,
/// opset.DOMAIN ("ai.onnx" for the default one), function_opset.FUNCTION.DOMAIN, metadata.KEY, training_info,
/// quantization_annotations, external_data (each location as written), sparse_initializer and overridable_initializer
/// (names; such a one is also an input), problem.

#include <string>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Throws InputError when `path` holds no ONNX model, with what was found and what to do.
Graph read_onnx(const std::string& path);

}  // namespace graphwitness
