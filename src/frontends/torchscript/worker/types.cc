#include "frontends/torchscript/worker/types.h"

#include <array>
#include <sstream>

namespace graphwitness::torchscript {

TypeId Types::operator()(const c10::TypePtr& type, int depth) {
  if (type == nullptr) return {};
  if (const auto found = known_.find(type.get()); found != known_.end()) return found->second;
  const TypeId id = depth > kDeepest ? opaque(type) : make(type, depth);
  kept_.push_back(type);
  known_.emplace(type.get(), id);
  return id;
}

TypeId Types::opaque(const c10::TypePtr& type) {
  return builder_.type(Type::Kind::opaque, {}, builder_.intern(type->annotation_str()));
}

TypeId Types::of(Type::Kind kind, const c10::Type& type, int depth, Symbol name) {
  std::vector<TypeId> arguments;
  for (const c10::TypePtr& contained : type.containedTypes()) arguments.push_back((*this)(contained, depth + 1));
  return builder_.type(kind, arguments, name);
}

TypeId Types::make(const c10::TypePtr& type, int depth) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType:
      return builder_.tensor_type(DType::unknown);
    case c10::TypeKind::NoneType:
      return builder_.type(Type::Kind::none);
    case c10::TypeKind::IntType:
      return builder_.scalar(DType::i64);
    case c10::TypeKind::FloatType:
      return builder_.scalar(DType::f64);
    case c10::TypeKind::BoolType:
      return builder_.scalar(DType::boolean);
    case c10::TypeKind::ComplexType:
      return builder_.scalar(DType::c128);
    case c10::TypeKind::StringType:
      return builder_.scalar(DType::string);
    case c10::TypeKind::NumberType:
      return builder_.scalar(DType::unknown);
    case c10::TypeKind::ListType:
      return of(Type::Kind::list, *type, depth);
    case c10::TypeKind::OptionalType:
      return of(Type::Kind::optional, *type, depth);
    case c10::TypeKind::DictType:
      return of(Type::Kind::dict, *type, depth);
    case c10::TypeKind::TupleType: {
      const auto& name = type->expectRef<c10::TupleType>().name();
      return of(Type::Kind::tuple, *type, depth, name ? builder_.intern(name->qualifiedName()) : Symbol{});
    }
    case c10::TypeKind::ClassType:
    case c10::TypeKind::InterfaceType:
      return builder_.type(Type::Kind::object, {}, builder_.intern(type->annotation_str()));
    default:
      return opaque(type);
  }
}

template <class List>
LiteralId Literals::sequence(Literal::Kind kind, const List& values, int depth) {
  std::vector<LiteralId> elements;
  for (const c10::IValue& value : values) elements.push_back((*this)(value, depth + 1));
  return builder_.sequence(kind, elements);
}

LiteralId Literals::complex(c10::complex<double> value) {
  const std::array parts{builder_.floating(value.real()), builder_.floating(value.imag())};
  return builder_.sequence(Literal::Kind::complex, parts);
}

LiteralId Literals::dict(const c10::IValue& value, int depth) {
  std::vector<LiteralId> pairs;
  for (const auto& entry : value.toGenericDict()) {
    pairs.push_back((*this)(entry.key(), depth + 1));
    pairs.push_back((*this)(entry.value(), depth + 1));
  }
  return builder_.sequence(Literal::Kind::dict, pairs);
}

LiteralId Literals::operator()(const c10::IValue& value, int depth) {
  if (depth > kDeepest) return builder_.opaque("nested too deep");
  if (value.isNone()) return builder_.literal(Literal::Kind::none);
  if (value.isBool()) return builder_.boolean(value.toBool());
  if (value.isInt()) return builder_.integer(value.toInt());
  if (value.isDouble()) return builder_.floating(value.toDouble());
  if (value.isComplexDouble()) return complex(value.toComplexDouble());
  if (value.isString()) return builder_.string(value.toStringRef());
  if (value.isTensor()) return tensor_of_(value.toTensor());
  if (value.isList()) return sequence(Literal::Kind::list, value.toListRef(), depth);
  if (value.isTuple()) return sequence(Literal::Kind::tuple, value.toTupleRef().elements(), depth);
  if (value.isGenericDict()) return dict(value, depth);
  if (value.isObject()) return builder_.opaque("object of " + value.toObjectRef().type()->annotation_str());
  std::ostringstream text;
  text << value;
  return builder_.opaque(text.str());
}

}  // namespace graphwitness::torchscript
