#pragma once
/// The parts of LibTorch that the worker uses, and what differs between its versions (1.13 to 2.6). Every other file of
/// the worker includes this one instead of LibTorch's own headers.

#include <ATen/core/class_type.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <ATen/ops/full.h>
#include <caffe2/serialize/versions.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/frontend/builtin_functions.h>
#include <torch/csrc/jit/frontend/error_report.h>
#include <torch/csrc/jit/frontend/function_schema_parser.h>
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/tree_views.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/csrc/jit/serialization/import_source.h>
#include <torch/csrc/jit/serialization/source_range_serialization.h>
#include <torch/custom_class.h>
#include <torch/version.h>

namespace torch::jit {
/// Exported by the library, but its header is not installed. Archives of older versions need it.
void populate_upgraders_graph_map();
}  // namespace torch::jit

namespace graphwitness::torchscript {

namespace jit = torch::jit;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
inline constexpr auto kNothing = std::nullopt;
#else
inline constexpr auto kNothing = c10::nullopt;
#endif

inline std::shared_ptr<jit::Source> make_source(const std::string& text, std::string file) {
  return std::make_shared<jit::Source>(text, std::move(file), std::size_t{1});
}

}  // namespace graphwitness::torchscript
