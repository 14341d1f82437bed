#pragma once
/// Proofs about pairs of graphs as text.

#include <string>
#include <string_view>
#include <vector>

#include "graphwitness/ir/text.h"
#include "verify/proof/prove.h"

namespace graphwitness::proof {

/// The body of a method of one module, without weights; `%self` and the parameters in front.
inline std::string method(std::string_view params, std::string_view body, std::string_view attributes = "") {
  std::string text = "tensor 0 tensor<f32, 2> {1.0, 2.0}\ntensor 1 tensor<f32, 2> {1.0, 3.0}\n";
  text += "tensor 2 tensor<f64> {0.5}\ntensor 3 tensor<i64> {2}\ntensor 4 tensor<f32, 2> {1.0, 2.0}\n";
  text += "tensor 5 tensor<f32, 4, 3, 3, 3> x\"" + std::string(4 * 27 * 8, '0') + "\"\ntensor 6 tensor<i64> {1}\n";
  text += "module 0 \"\" path \"\" class \"M\" {\n";
  text += std::string(attributes) + "\n}\ngraph \"forward\" scripted self 0 (%self: object \"M\"";
  if (!params.empty()) text += ", " + std::string(params);
  return text + "):\n" + std::string(body);
}

inline exec::Argument tensor(DType dtype, std::vector<std::int64_t> sizes) {
  return {"", exec::Value::of(exec::Tensor{.dtype = dtype, .sizes = std::move(sizes)})};
}

inline Proof prove_texts(const std::string& scripted, const std::string& traced, std::vector<exec::Argument> example,
                         Scope scope = Scope::same_shapes) {
  const Graph one = read_ir(scripted).graph;
  const Graph other = read_ir(traced).graph;
  Contents contents;
  return prove(one, other, "forward", example, scope, contents);
}

/// Of methods that take one tensor `%x`.
inline bool proved(std::string_view scripted, std::string_view traced, Scope scope = Scope::same_shapes,
                   DType dtype = DType::f32, std::vector<std::int64_t> sizes = {2, 3},
                   std::string_view attributes = "") {
  return prove_texts(method("%x: tensor", scripted, attributes), method("%x: tensor", traced, attributes),
                     {tensor(dtype, std::move(sizes))}, scope)
      .proved;
}

}  // namespace graphwitness::proof
