#pragma once
/// LibTorch's types and constant values as those of the IR.
///
/// Limits: a type or value nested deeper than `kDeepest` becomes `opaque`. What LibTorch infers of a tensor's dtype and
/// shape from its constants is not taken over, because they are stand-ins.

#include <functional>
#include <unordered_map>

#include "frontends/torchscript/worker/libtorch.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

inline constexpr int kDeepest = 48;

class Types {
 public:
  explicit Types(GraphBuilder& builder) : builder_(builder) {}
  TypeId operator()(const c10::TypePtr& type, int depth = 0);

 private:
  TypeId make(const c10::TypePtr& type, int depth);
  TypeId opaque(const c10::TypePtr& type);
  TypeId of(Type::Kind kind, const c10::Type& type, int depth, Symbol name = {});

  GraphBuilder& builder_;
  std::unordered_map<const c10::Type*, TypeId> known_;
  std::vector<c10::TypePtr> kept_;  // so that no address of `known_` is used again
};

/// Literals of values that stand in the code.
class Literals {
 public:
  using TensorOf = std::function<LiteralId(const at::Tensor&)>;
  Literals(GraphBuilder& builder, TensorOf tensor_of) : builder_(builder), tensor_of_(std::move(tensor_of)) {}

  LiteralId operator()(const c10::IValue& value, int depth = 0);

 private:
  template <class List>
  LiteralId sequence(Literal::Kind kind, const List& values, int depth);
  LiteralId complex(c10::complex<double> value);
  LiteralId dict(const c10::IValue& value, int depth);

  GraphBuilder& builder_;
  TensorOf tensor_of_;
};

}  // namespace graphwitness::torchscript
